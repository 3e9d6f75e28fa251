import type { Snapshot, Status, Summary } from '../wire.js'
import { createDetails } from './page-details.js'
import { announce, byId, setText } from './page-dom.js'
import { createOverview } from './page-overview.js'
import { createRequestList } from './page-requests.js'

// The proxy speaks every second. After such a silence the connection is dead, whatever the browser believes.
const LONGEST_SILENCE_MS = 5_000
const RECONNECT_MS = 2_000
// Families of requests that are not forwarded.
const OWN_FAMILIES = ['other', 'login', 'refused']

let keyRequired = false
let lastHeardAt = performance.now()
let source: EventSource | undefined

const overview = createOverview()
const details = createDetails({
  keyRequired: () => keyRequired,
  changed: (shown) => list.mark(shown),
  closed: (shown) => list.focus(shown),
})
const list = createRequestList((request, byKeyboard) => void details.open(request, byKeyboard))

const captureSwitch = byId('capture')
captureSwitch.addEventListener('click', () => {
  const on = captureSwitch.getAttribute('aria-checked') !== 'true'
  const headers = { 'Content-Type': 'application/json' }
  fetch('capture', { method: 'POST', headers, body: JSON.stringify({ on }) }).then(
    (response) =>
      announce(response.ok ? `Capturing is ${on ? 'on' : 'off'}` : 'Capturing could not be switched'),
    () => announce('Capturing could not be switched'),
  )
})

function connect(): void {
  source?.close()
  lastHeardAt = performance.now()
  source = new EventSource('events')
  listen(source, 'snapshot', (snapshot: Snapshot) => {
    keyRequired = snapshot.keyRequired
    setConnection('live', 'Live')
    overview.begin(snapshot)
    showCapture(snapshot.status)
    list.replace(snapshot.requests, [...snapshot.families.map(({ name }) => name), ...OWN_FAMILIES])
  })
  listen(source, 'status', (status: Status) => {
    overview.show(status)
    showCapture(status)
  })
  listen(source, 'requests', (requests: readonly Summary[]) => list.add(requests))
  listen(source, 'cleared', () => list.clear())
  source.addEventListener('error', () => setConnection('off', 'Disconnected, trying again'))
}

function listen(from: EventSource, event: string, show: (data: never) => void): void {
  from.addEventListener(event, ({ data }) => {
    lastHeardAt = performance.now()
    show(JSON.parse(data as string) as never)
  })
}

// A browser gives up on a response that is no event stream, such as a 503, and does not notice a dead connection.
setInterval(() => {
  if (source?.readyState !== EventSource.CLOSED && performance.now() - lastHeardAt < LONGEST_SILENCE_MS)
    return
  setConnection('off', 'Disconnected, trying again')
  connect()
}, RECONNECT_MS)

function setConnection(state: string, text: string): void {
  const pill = byId('connection')
  if (pill.dataset['state'] !== state && pill.dataset['state'] !== 'waiting') announce(text)
  pill.dataset['state'] = state
  setText(pill, text)
}

function showCapture({ capture }: Status): void {
  captureSwitch.setAttribute('aria-checked', String(capture))
}

connect()
