import type { CapturedBody, CapturedMessage, Detail, Summary } from '../wire.js'
import { curlOf } from './page-curl.js'
import { announce, byId, el, setText } from './page-dom.js'
import { duration, size, toneOf } from './page-format.js'

export interface Details {
  /** Shows one request. @param focus whether the reader goes there, too */
  open(request: Summary, focus: boolean): Promise<void>
  close(): void
}

export interface DetailsOptions {
  readonly keyRequired: () => boolean
  readonly changed: (shown: number | undefined) => void
  /** It was closed: the focus goes back to the row. */
  readonly closed: (shown: number) => void
}

/** The panel with one request: what was waited for, headers and bodies, and the same again as curl. */
export function createDetails({ keyRequired, changed, closed }: DetailsOptions): Details {
  const panel = byId('details')
  let shown: number | undefined

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

  return {
    close,
    async open(request, focus) {
      shown = request.n
      changed(request.n)
      const detail = await load(request)
      // Another one may have been opened meanwhile.
      if (shown !== request.n) return
      const title = el('h2', { id: 'details-title', tabindex: '-1' }, `${request.method} ${request.target}`)
      panel.replaceChildren(
        el('div', { class: 'head' }, title, copyButton(detail, keyRequired()), closeButton(close)),
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

function copyButton(detail: Detail, keyRequired: boolean): HTMLElement {
  const button = el('button', { type: 'button', id: 'copy' }, 'Copy as curl')
  button.addEventListener('click', () => {
    const { command, notes } = curlOf(detail, location.origin, keyRequired)
    void copy(command).then((copied) => {
      const result = copied ? 'Copied' : 'Copying failed'
      announce([result, ...notes].join('. '))
      setText(button, result)
      setTimeout(() => setText(button, 'Copy as curl'), 1500)
      const old = byId('copy-notes') as HTMLElement | null
      old?.remove()
      // What was not copied can still be selected.
      const shown = copied ? [] : [el('pre', { tabindex: '0' }, command)]
      if (notes.length + shown.length === 0) return
      button.parentElement!.append(
        el('div', { id: 'copy-notes', class: 'hint' }, ...notes.map((note) => `${note} `), ...shown),
      )
    })
  })
  return button
}

/** The clipboard is there on https and on loopback addresses; elsewhere the old way still works. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const before = document.activeElement
    const area = el('textarea', { class: 'hidden', readonly: '' })
    area.value = text
    document.body.append(area)
    area.select()
    // oxlint-disable-next-line typescript/no-deprecated -- there is no other way outside of a secure context
    const copied = document.execCommand('copy')
    area.remove()
    if (before instanceof HTMLElement) before.focus()
    return copied
  }
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
    body.text === undefined || body.text === ''
      ? undefined
      : el('pre', { tabindex: '0', 'aria-label': `${title}: body` }, layOut(body)),
  )
}

function bodyPart(title: string, body: CapturedBody): HTMLElement {
  return el(
    'section',
    { class: 'part', 'aria-label': title },
    el('h3', {}, `${title}, ${bodyNote(body)}`),
    body.text === undefined || body.text === ''
      ? undefined
      : el('pre', { tabindex: '0', 'aria-label': title }, layOut(body)),
  )
}

function bodyNote({ bytes, truncated, hidden }: CapturedBody): string {
  if (bytes === 0) return 'empty'
  if (hidden !== undefined) return `${size(bytes)}, ${hidden}`
  return truncated ? `${size(bytes)}, of which the beginning` : size(bytes)
}

/** JSON with line breaks, if it is whole; everything else as it is. */
function layOut({ text = '', truncated }: CapturedBody): string {
  if (truncated || !/^\s*[[{]/.test(text)) return text
  // Parsing would change long numbers, and ids may be that.
  if (/\d{16}/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function definitions(name: string, rows: readonly (readonly [Node | string, Node | string])[]): HTMLElement {
  return el(
    'dl',
    { class: name },
    ...rows.flatMap(([term, value]) => [el('dt', {}, term), el('dd', {}, value)]),
  )
}
