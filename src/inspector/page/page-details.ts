import type { CapturedBody, CapturedMessage, Detail, Summary } from '../wire.js'
import { createCopyButtons } from './page-copy.js'
import { announce, byId, el } from './page-dom.js'
import { duration, size, toneOf } from './page-format.js'
import { jsonView } from './page-json.js'
import { createSendButtons } from './page-resend.js'

export interface Details {
  /** Shows one request. @param focus whether the reader goes there, too */
  open(request: Summary, focus: boolean): Promise<void>
  close(): void
  /** Requests have arrived: the one that was sent from here is shown. */
  arrived(requests: readonly Summary[]): void
}

export interface DetailsOptions {
  readonly keyRequired: () => boolean
  readonly changed: (shown: number | undefined) => void
  /** It was closed: the focus goes back to the row. */
  readonly closed: (shown: number) => void
}

/** The panel with one request: what was waited for, headers and bodies, and how to make it again. */
export function createDetails({ keyRequired, changed, closed }: DetailsOptions): Details {
  const panel = byId('details')
  let shown: number | undefined
  /** The request id of what was sent from here, and the request that was shown then. */
  let awaited: { readonly id: string; readonly from: number } | undefined

  // On a narrow screen it lies on top of everything else: then that is out of reach for the keyboard, too.
  const covering = matchMedia('(max-width: 1000px)')
  covering.addEventListener('change', cover)
  function cover(): void {
    for (const behind of document.querySelectorAll<HTMLElement>('.bar, .overview, .tools, .list')) {
      behind.inert = shown !== undefined && covering.matches
    }
  }

  function close(): void {
    if (shown === undefined) return
    const n = shown
    shown = undefined
    const hadFocus = panel.contains(document.activeElement)
    panel.hidden = true
    panel.replaceChildren()
    cover()
    changed(undefined)
    if (hadFocus) closed(n)
  }

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || shown === undefined) return
    // In a search field, Escape first empties it.
    if (event.target instanceof HTMLInputElement && event.target.value !== '') return
    close()
  })

  const details: Details = {
    close,

    arrived(requests) {
      const found = requests.find(({ requestId }) => requestId === awaited?.id)
      if (found === undefined) return
      // Who has gone on to another request stays there.
      const stays = shown !== awaited?.from
      awaited = undefined
      if (!stays) void details.open(found, panel.contains(document.activeElement))
    },

    async open(request, focus) {
      shown = request.n
      changed(request.n)
      const detail = await load(request)
      // Another one may have been opened meanwhile.
      if (shown !== request.n) return
      const title = el('h2', { id: 'details-title', tabindex: '-1' }, `${request.method} ${request.target}`)
      panel.replaceChildren(
        el(
          'div',
          { class: 'head' },
          title,
          closeButton(close),
          el(
            'div',
            { class: 'actions' },
            ...createSendButtons(detail, sending),
            createCopyButtons(detail, keyRequired(), say),
          ),
          el('div', { id: 'details-note', class: 'hint' }),
        ),
        facts(detail),
        timing(detail.summary),
        ...(detail.errorBody === undefined ? [] : [bodyPart('The error’s body', detail.errorBody)]),
        ...messages(detail),
      )
      panel.hidden = false
      cover()
      panel.scrollTop = 0
      if (focus) title.focus()
    },
  }
  return details

  function sending(id: string): (text: string) => void {
    const from = shown!
    awaited = { id, from }
    return (text) => {
      announce(text)
      if (shown === from) say(text)
    }
  }
}

/** Says something about what was done with the request that is shown. */
function say(...content: (Node | string)[]): void {
  byId('details-note').replaceChildren(...content)
}

/** What the proxy still has of it; else what the list shows. */
async function load(summary: Summary): Promise<Detail> {
  try {
    const response = await fetch(`requests/${summary.n}`)
    if (!response.ok) return { summary }
    const detail = (await response.json()) as Detail
    // After a restart of the proxy the numbers begin again.
    return detail.summary.requestId === summary.requestId ? detail : { summary }
  } catch {
    return { summary }
  }
}

function closeButton(close: () => void): HTMLElement {
  const button = el('button', { type: 'button', title: 'Close (Escape)' }, 'Close')
  button.addEventListener('click', close)
  return button
}

function facts({ summary, problemTitle, problemDetail = problemTitle }: Detail): HTMLElement {
  const { status, problem, family, requestId, at, bytes, retries, incomplete, inFlight, hint } = summary
  const response = inFlight
    ? 'In flight'
    : status === 0
      ? 'The caller left before a response'
      : String(status)
  const rows: [string, Node | string][] = [
    [
      'Response',
      el(
        'span',
        { class: inFlight ? '' : toneOf(status) },
        incomplete && status !== 0 ? `${response}, truncated` : response,
      ),
    ],
    ...(problem === undefined
      ? []
      : [['By the proxy', `${problem}: ${problemDetail ?? ''}`] as [string, string]]),
    ...(hint === undefined ? [] : [['What to do', el('strong', {}, hint.text)] as [string, Node]]),
    ['Family', family],
    ['Began', new Date(at).toLocaleString()],
    ['Size', size(bytes)],
    ...(retries.length === 0
      ? []
      : [['Sent again', `because of the ${retries.join(' and the ')}`] as [string, string]]),
    ['Request id', el('code', {}, requestId)],
  ]
  return el('section', { class: 'part', 'aria-label': 'Summary' }, definitions('facts', rows))
}

function timing({ durationMs, tokenWaitMs, queueMs, upstreamMs }: Summary): HTMLElement {
  const rest = Math.max(0, durationMs - tokenWaitMs - (queueMs ?? 0) - (upstreamMs ?? 0))
  const parts: [string, string, number | undefined][] = [
    ['wait-token', 'Waited for a token', tokenWaitMs],
    ['wait-queue', 'Waited for a connection', queueMs],
    ['wait-8x8', '8x8, until its response began', upstreamMs],
    ['wait-rest', upstreamMs === undefined ? 'In the proxy' : 'Bodies, and the rest', rest],
  ]
  const bar = el('div', { class: 'timing', 'aria-hidden': 'true' })
  for (const [name, , ms = 0] of parts) {
    const share = el('span', { class: name })
    share.style.flexGrow = String(ms)
    if (ms > 0) bar.append(share)
  }
  const rows = parts.flatMap(([name, label, ms]): [Node, string][] =>
    ms === undefined
      ? []
      : [[el('span', {}, el('span', { class: `key ${name}`, 'aria-hidden': 'true' }), label), duration(ms)]],
  )
  return el(
    'section',
    { class: 'part', 'aria-labelledby': 'timing-title' },
    el('h3', { id: 'timing-title' }, 'Timing'),
    bar,
    definitions('facts', [...rows, ['Total', duration(durationMs)]]),
  )
}

function messages({ summary, request, response }: Detail): HTMLElement[] {
  if (request === undefined && response === undefined) {
    const why =
      summary.captured === true || summary.problem !== undefined
        ? 'Nothing of it was exchanged with 8x8, or it is not kept any more.'
        : 'Headers and bodies are captured only while “Capture headers and bodies” is switched on.'
    return [el('p', { class: 'part quiet' }, why)]
  }
  return [
    ...(request === undefined ? [] : [message('Request, as sent to 8x8', request)]),
    ...(response === undefined ? [] : [message('Response', response)]),
  ]
}

function message(title: string, { headers, body }: CapturedMessage): HTMLElement {
  return el(
    'section',
    { class: 'part', 'aria-label': title },
    el('h3', {}, title),
    definitions('facts mono', headers),
    el('h4', {}, `Body, ${bodyNote(body)}`),
    body.text === undefined || body.text === '' ? undefined : bodyView(body.text, `${title}: body`),
  )
}

function bodyView(text: string, label: string): HTMLElement {
  const view = jsonView(text) ?? el('pre', {}, text)
  view.classList.add('body')
  // It may scroll.
  for (const [name, value] of Object.entries({ tabindex: '0', role: 'group', 'aria-label': label }))
    view.setAttribute(name, value)
  return view
}

function bodyPart(title: string, body: CapturedBody): HTMLElement {
  return el(
    'section',
    { class: 'part', 'aria-label': title },
    el('h3', {}, `${title}, ${bodyNote(body)}`),
    body.text === undefined || body.text === '' ? undefined : bodyView(body.text, title),
  )
}

function bodyNote({ bytes, truncated, hidden }: CapturedBody): string {
  if (bytes === 0) return 'empty'
  if (hidden !== undefined) return `${size(bytes)}, ${hidden}`
  return truncated ? `${size(bytes)}, of which the beginning` : size(bytes)
}

function definitions(name: string, rows: readonly (readonly [Node | string, Node | string])[]): HTMLElement {
  return el(
    'dl',
    { class: name },
    ...rows.flatMap(([term, value]) => [el('dt', {}, term), el('dd', {}, value)]),
  )
}
