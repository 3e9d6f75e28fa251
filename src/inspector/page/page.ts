import type { Notice, Snapshot, Status, Summary } from '../wire.js'
import { createBanner } from './page-banner.js'
import { createDetails } from './page-details.js'
import { announce, byId, setText } from './page-dom.js'
import { timeOfDay } from './page-format.js'
import { exportShown } from './page-har.js'
import { createOverview } from './page-overview.js'
import { createRequestList } from './page-requests.js'
import { createSandbox } from './page-sandbox.js'

// The proxy speaks every second. After such a silence the connection is dead, whatever the browser believes.
const LONGEST_SILENCE_MS = 5_000
const RECONNECT_MS = 2_000
// A connection that is back at once is nothing to tell.
const TOLD_AFTER_MS = 1_500
// Families of requests that are not forwarded.
const OWN_FAMILIES = ['other', 'login', 'refused']

let keyRequired = false
let sandbox = false
let version: string | undefined
/** When the proxy said something last: monotonic, and by the reader's clock. */
let lastHeardAt = performance.now()
let lastHeardOn = Date.now()
/** The proxy has said that it ends. */
let closing = false
let source: EventSource | undefined
let telling: number | undefined

const overview = createOverview()
const showNotices = createBanner()
const beginSandbox = createSandbox()
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

byId('export-har').addEventListener('click', exportShown)

function connect(): void {
  source?.close()
  lastHeardAt = performance.now()
  source = new EventSource('events')
  listen(source, 'snapshot', (snapshot: Snapshot) => {
    if (reloadedFor(snapshot.version)) return
    keyRequired = snapshot.keyRequired
    sandbox = snapshot.sandbox
    closing = false
    setConnection('live', 'Live')
    overview.begin(snapshot)
    beginSandbox(snapshot)
    showStatus(snapshot.status)
    list.replace(snapshot.requests, [...snapshot.families.map(({ name }) => name), ...OWN_FAMILIES])
  })
  listen(source, 'status', (status: Status) => {
    overview.show(status)
    showStatus(status)
  })
  listen(source, 'closing', () => (closing = true))
  source.addEventListener('error', lost)
  listen(source, 'requests', (requests: readonly Summary[]) => {
    list.add(requests)
    details.arrived(requests)
  })
  listen(source, 'cleared', () => list.clear())
}

function listen(from: EventSource, event: string, show: (data: never) => void): void {
  from.addEventListener(event, ({ data }) => {
    lastHeardAt = performance.now()
    lastHeardOn = Date.now()
    show(JSON.parse(data as string) as never)
  })
}

// A browser gives up on a response that is no event stream, such as a 503, and does not notice a dead connection.
setInterval(() => {
  if (source?.readyState !== EventSource.CLOSED && performance.now() - lastHeardAt < LONGEST_SILENCE_MS)
    return
  lost()
  connect()
}, RECONNECT_MS)

/** What is shown was true then: it turns grey, and after a moment it is said since when, and what to do. */
function lost(): void {
  setConnection('off', 'Disconnected, trying again')
  overview.lost(lastHeardOn)
  telling ??= setTimeout(() => showNotices([lostNotice()]), TOLD_AFTER_MS)
}

function lostNotice(): Notice {
  const since = timeOfDay(lastHeardOn)
  const command = sandbox ? '8x8-auth-proxy sandbox' : '8x8-auth-proxy'
  return {
    name: 'lost',
    tone: 'bad',
    title: closing
      ? `The proxy was stopped at ${since}.`
      : `The proxy has not been heard of since ${since}. Is it still running?`,
    text: `Start it again the way it was started, such as by \`${command}\` or as a service. What is grey is from before. This page comes back by itself, once a proxy listens on ${location.host}.`,
  }
}

/** The parts that need to know listen on the document for `connection`, or look at the body's `data-connection`. */
function setConnection(state: 'live' | 'off', text: string): void {
  const pill = byId('connection')
  const before = pill.dataset['state']
  if (before === state) return
  pill.dataset['state'] = document.body.dataset['connection'] = state
  setText(pill, text)
  // That it is lost is told by the banner.
  if (state === 'live') {
    clearTimeout(telling)
    telling = undefined
    if (before === 'off') announce(text)
  }
  document.dispatchEvent(new CustomEvent('connection', { detail: state }))
}

/** The proxy is another version than this page: its scripts are fetched anew, once for each version. */
function reloadedFor(running: string): boolean {
  version ??= running
  const reloaded = `reloaded for ${running}`
  // Replicas of two versions behind one address must not make it reload for ever.
  if (running === version || sessionStorage.getItem(reloaded) !== null) return false
  sessionStorage.setItem(reloaded, 'yes')
  location.reload()
  return true
}

function showStatus({ capture, notices }: Status): void {
  captureSwitch.setAttribute('aria-checked', String(capture))
  showNotices(notices)
}

connect()
