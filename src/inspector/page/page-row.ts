import type { Summary } from '../wire.js'
import { el, setText } from './page-dom.js'
import { duration, size, timeOfDay, toneOf } from './page-format.js'

const HINTS: Readonly<Record<NonNullable<Summary['hint']>['kind'], string>> = {
  product: 'product missing',
  'own-key': 'own key refused',
  region: 'region',
  renewals: 'renewals held back',
}
const SLOW_MS = 1_000
const VERY_SLOW_MS = 10_000
// The ends of the bar's scale. It is logarithmic: 5 ms beside 50 can be seen, and no bar changes because of another.
const SHORTEST_MS = 1
const LONGEST_MS = 60_000

/** A row of the list, without content yet. */
export function createRow({ n }: Summary): HTMLTableRowElement {
  return el('tr', { 'data-n': String(n) })
}

/** Shows a request in its row. The row itself stays, and with it its place, its focus and the pointer on it. */
export function fillRow(row: HTMLTableRowElement, request: Summary): void {
  const { at, method, target, family, status, durationMs, bytes, inFlight } = request
  const button = row.querySelector('button')
  const had = button !== null && button === document.activeElement
  const open = el(
    'button',
    { type: 'button', class: 'open', tabindex: button?.getAttribute('tabindex') ?? '-1', title: target },
    el('span', { class: 'target' }, target),
    ...tags(request),
  )
  const lane = el('span', { class: 'lane', 'aria-hidden': 'true' }, el('span'))
  row.replaceChildren(
    inFlight === true
      ? el('td', { class: 'running' }, el('span', { class: 'hidden' }, 'In flight'))
      : el('td', { class: toneOf(status) }, status === 0 ? '–' : String(status)),
    el('td', { class: 'method' }, method),
    el('th', { scope: 'row' }, open),
    el('td', { class: 'family' }, family),
    el('td', { class: 'number lasted' }, lane, ' '),
    el('td', { class: 'number size' }, inFlight === true ? '' : size(bytes)),
    el('td', { class: 'number time' }, el('time', { datetime: new Date(at).toISOString() }, timeOfDay(at))),
  )
  showDuration(row, durationMs, inFlight === true)
  if (had) open.focus()
}

/** Shows how long a request has taken, or takes already. */
export function showDuration(row: HTMLTableRowElement, ms: number, inFlight: boolean): void {
  const cell = row.querySelector('.lasted')!
  const [lane, text] = cell.childNodes as unknown as [HTMLElement, Text]
  const share = Math.log(ms / SHORTEST_MS) / Math.log(LONGEST_MS / SHORTEST_MS)
  ;(lane.firstChild as HTMLElement).style.width = `${(100 * Math.max(0.03, Math.min(1, share))).toFixed(1)}%`
  // Tenths of seconds: more would only flicker.
  setText(text, inFlight ? `${(ms / 1000).toFixed(1)} s` : duration(ms))
  cell.classList.toggle('slow', ms >= SLOW_MS)
  cell.classList.toggle('very-slow', ms >= VERY_SLOW_MS)
}

function tags({ problem, hint, retries, cache, status, incomplete }: Summary): (HTMLElement | undefined)[] {
  return [
    problem === undefined ? undefined : el('span', { class: 'tag bad' }, problem),
    hint === undefined ? undefined : el('span', { class: 'tag warn', title: hint.text }, HINTS[hint.kind]),
    retries.length === 0 ? undefined : el('span', { class: 'tag' }, `sent again: ${retries.join(', ')}`),
    cache === 'hit' ? el('span', { class: 'tag' }, 'from memory') : undefined,
    cache === 'collapsed' ? el('span', { class: 'tag' }, 'shared') : undefined,
    incomplete === undefined || status === 0 ? undefined : el('span', { class: 'tag warn' }, 'truncated'),
  ]
}
