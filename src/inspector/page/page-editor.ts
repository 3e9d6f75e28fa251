import { closing, mayBeSent, showDialog } from './page-dialog.js'
import { el } from './page-dom.js'
import { MASKED, type Replay } from './page-replay.js'
import { newRequestId, prepare, type Outgoing } from './page-send.js'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const BODILESS = /^(?:GET|HEAD)$/

/** The call as it was, as far as a browser can send it. */
export function asItWas({ method, target, headers, body }: Replay): Outgoing {
  return { method, target, headers, body: BODILESS.test(method) ? undefined : body }
}

/** Why a call would be another one than the one that was recorded, if it were sent as it now stands. */
export function gapsOf(replay: Replay, now: Outgoing): string[] {
  const gaps: string[] = []
  if (MASKED.test(now.target)) gaps.push('The path holds what was masked: put the value in its place.')
  if (now.target.endsWith('…')) gaps.push('The path was too long to be kept whole.')
  if (now.headers.some(([, value]) => MASKED.test(value)))
    gaps.push('A header holds what was masked: put the value in its place.')
  if (BODILESS.test(now.method)) return gaps
  if (now.body !== undefined && MASKED.test(now.body))
    gaps.push('The body holds what was masked: put the values in its place.')
  if (now.body === replay.body) {
    if (replay.bodyIs === 'partial') gaps.push('The body was not kept whole.')
    if (replay.bodyIs === 'unknown') gaps.push('A body, if there was one, was not captured.')
  }
  return gaps
}

/** Lets the reader change a call, and asks before what writes. @returns the call to send; undefined if it is not to be sent */
export async function edit(replay: Replay): Promise<Outgoing | undefined> {
  const { method, target, headers, body = '' } = replay
  const dialog = el('dialog', { 'aria-labelledby': 'editor-title', class: 'editor' })
  const methodField = el(
    'select',
    { id: 'send-method' },
    ...[...new Set([...METHODS, method])].map((name) => el('option', { value: name }, name)),
  )
  methodField.value = method
  const targetField = area('send-target', 2, target)
  const headersField = area('send-headers', 4, headers.map((header) => header.join(': ')).join('\n'))
  const bodyField = area('send-body', 10, body)
  const bodyLabel = field('Body', bodyField)
  const notes = el('div', { id: 'send-notes', role: 'status' })
  const anyway = el('input', { type: 'checkbox', id: 'send-anyway' })
  const anywayLabel = el('label', { class: 'check' }, anyway, 'Send it as it stands')
  const cancel = closing(dialog, '', 'Cancel')
  const submit = el('button', { type: 'button', class: 'primary' }, 'Send')
  let outgoing: Outgoing | undefined

  function update(): void {
    const hasBody = !BODILESS.test(methodField.value)
    bodyLabel.hidden = !hasBody
    outgoing = undefined
    let gaps: string[] = []
    const lines: Node[] = []
    try {
      const now = {
        method: methodField.value,
        target: targetField.value.trim(),
        headers: readHeaders(headersField.value),
        body: hasBody ? unnormalised(bodyField.value, body) || undefined : undefined,
      }
      const prepared = prepare(now, newRequestId())
      gaps = gapsOf(replay, now)
      if (gaps.length === 0 || anyway.checked) outgoing = now
      const hints = [
        ...replay.leftOut.map((name) => `The header ${name} is left out, since its value was masked.`),
        ...(hasBody || replay.bodyIs === 'none' ? [] : [`A browser sends no body with ${now.method}.`]),
        ...prepared.notes,
      ]
      lines.push(...hints.map((hint) => el('p', {}, hint)))
    } catch (error) {
      lines.push(el('p', { class: 'bad' }, (error as Error).message))
    }
    notes.replaceChildren(...gaps.map((gap) => el('p', { class: 'warn' }, gap)), ...lines)
    anywayLabel.hidden = gaps.length === 0
    submit.disabled = outgoing === undefined
  }

  dialog.append(
    el('h2', { id: 'editor-title' }, 'Edit and send'),
    el('div', { class: 'target' }, field('Method', methodField), field('Path and query', targetField)),
    field('Headers, one a line', headersField),
    bodyLabel,
    el('p', { class: 'hint' }, 'The proxy adds the credentials, as for every call.'),
    notes,
    anywayLabel,
    el('div', { class: 'actions' }, cancel, submit),
  )
  dialog.addEventListener('input', update)
  submit.addEventListener('click', async () => {
    // Who says no there is back here, with everything as it was.
    if (await mayBeSent(outgoing!)) dialog.close('send')
  })
  update()
  return (await showDialog(dialog)) === 'send' ? outgoing : undefined
}

function area(id: string, rows: number, value: string): HTMLTextAreaElement {
  const element = el('textarea', { id, rows: String(rows), spellcheck: 'false', autocomplete: 'off' })
  element.value = value
  return element
}

function field(label: string, control: HTMLElement): HTMLLabelElement {
  return el('label', {}, el('span', {}, label), control)
}

/** @throws {Error} which line is no header */
function readHeaders(text: string): [string, string][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name, value] = /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
      if (name === undefined) throw new Error(`“${line}” is no header. Write it as Name: value.`)
      return [name, value!]
    })
}

/** A text area has line feeds only. Where the body had all its lines end in CRLF, so has the edited one. */
function unnormalised(text: string, original: string): string {
  if (text === original.replace(/\r\n?/g, '\n')) return original
  return /^[^\r\n]*(?:\r\n[^\r\n]*)+$/.test(original) ? text.replaceAll('\n', '\r\n') : text
}
