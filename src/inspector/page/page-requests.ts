import type { Summary } from '../wire.js'
import { announce, byId, el, setText } from './page-dom.js'
import { duration, plural, size, timeOfDay, toneOf } from './page-format.js'

const MOST_ROWS = 200

export interface RequestList {
  /** Shows other requests instead, oldest first. */
  replace(requests: readonly Summary[], families: readonly string[]): void
  add(requests: readonly Summary[]): void
  /** Marks the row whose details are shown. */
  mark(n: number | undefined): void
  /** Gives the focus back to a row, or to the list if it is gone. */
  focus(n: number): void
}

/** The table of requests, its filters, and moving about in it with the keyboard. */
export function createRequestList(open: (request: Summary, byKeyboard: boolean) => void): RequestList {
  const body = byId('requests').querySelector('tbody')!
  const text = byId('filter-text') as HTMLInputElement
  const family = byId('filter-family') as HTMLSelectElement
  const status = byId('filter-status') as HTMLSelectElement
  const pause = byId('pause')
  /** Newest first. */
  let requests: Summary[] = []
  let waiting: Summary[] | undefined
  const rows = new Map<number, HTMLTableRowElement>()
  let opened: number | undefined
  /** The one row that the tab key reaches. */
  let current: number | undefined

  function matches(request: Summary): boolean {
    if (family.value !== '' && request.family !== family.value) return false
    if (!matchesStatus(request, status.value)) return false
    const wanted = text.value.trim().toLowerCase()
    const { method, target, requestId, problem = '' } = request
    return wanted === '' || `${method} ${target} ${requestId} ${problem}`.toLowerCase().includes(wanted)
  }

  function rowOf(request: Summary): HTMLTableRowElement {
    const known = rows.get(request.n)
    if (known !== undefined) return known
    const row = createRow(request)
    row.addEventListener('click', (event) => {
      setCurrent(request.n)
      // A click that a key made has no position.
      open(request, event.detail === 0)
    })
    rows.set(request.n, row)
    return row
  }

  function render(): void {
    const shown = requests.filter(matches)
    body.replaceChildren(...shown.map(rowOf))
    afterChange()
  }

  function add(added: readonly Summary[]): void {
    for (const request of added) {
      requests.unshift(request)
      if (!matches(request)) continue
      const row = rowOf(request)
      row.classList.add('new')
      body.prepend(row)
    }
    for (const { n } of requests.splice(MOST_ROWS)) {
      const row = rows.get(n)
      // A focus on a row that goes is moved to the one before, not to the top of the page.
      if (row?.contains(document.activeElement) === true) move(row, -1)
      row?.remove()
      rows.delete(n)
    }
    afterChange()
  }

  function afterChange(): void {
    const shown = body.rows.length
    setText(byId('count'), shown === requests.length ? String(shown) : `${shown} of ${requests.length}`)
    const empty = byId('empty')
    empty.hidden = shown > 0
    if (shown === 0) {
      empty.replaceChildren(
        ...(requests.length > 0
          ? ['No request matches these filters.']
          : [
              'No requests yet. Try: ',
              el('code', {}, `curl ${location.origin}/analytics/cc/v5/realtime-metrics/queues`),
            ]),
      )
    }
    if (current === undefined || rows.get(current)?.isConnected !== true) {
      const first = body.rows[0]
      if (first !== undefined) setCurrent(Number(first.dataset['n']))
    }
  }

  function setCurrent(n: number): void {
    if (current !== undefined) rows.get(current)?.querySelector('button')?.setAttribute('tabindex', '-1')
    current = n
    rows.get(n)?.querySelector('button')?.setAttribute('tabindex', '0')
  }

  function focusRow(row: HTMLTableRowElement | null | undefined): void {
    if (!row) return
    const n = Number(row.dataset['n'])
    setCurrent(n)
    row.querySelector('button')!.focus()
    row.scrollIntoView({ block: 'nearest' })
    // With the details open they follow, so that one can read along.
    const request = opened === undefined ? undefined : requests.find((other) => other.n === n)
    if (request !== undefined && request.n !== opened) open(request, false)
  }

  function move(from: HTMLTableRowElement, by: number): void {
    const all = [...body.rows]
    focusRow(all[Math.max(0, Math.min(all.length - 1, all.indexOf(from) + by))])
  }

  body.addEventListener('keydown', (event) => {
    const row = (event.target as HTMLElement).closest('tr')
    const step = STEPS[event.key]
    if (row === null || step === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    move(row, step)
  })

  for (const filter of [text, family, status]) {
    filter.addEventListener('input', () => {
      render()
      announce(`${plural(body.rows.length, 'request')} shown`)
    })
  }
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    text.focus()
  })
  text.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') focusRow(body.rows[0])
    else return
    event.preventDefault()
  })

  pause.addEventListener('click', () => {
    const held = waiting
    waiting = held === undefined ? [] : undefined
    setText(pause, held === undefined ? 'Resume' : 'Pause')
    announce(held === undefined ? 'Paused' : 'Live again')
    if (held !== undefined) add(held)
  })

  const list: RequestList = {
    replace(all, families) {
      rows.clear()
      current = undefined
      requests = all.toReversed()
      if (waiting !== undefined) waiting = []
      const chosen = family.value
      family.replaceChildren(
        el('option', { value: '' }, 'All families'),
        ...families.map((name) => el('option', { value: name }, name)),
      )
      family.value = chosen
      render()
      list.mark(opened)
    },
    add(added) {
      if (waiting === undefined) return add(added)
      waiting = [...waiting, ...added].slice(-MOST_ROWS)
      setText(pause, `Resume (${waiting.length} new)`)
    },
    mark(n) {
      if (opened !== undefined) delete rows.get(opened)?.dataset['open']
      opened = n
      if (n !== undefined && rows.has(n)) rows.get(n)!.dataset['open'] = ''
    },
    focus(n) {
      const row = rows.get(n)
      if (row?.isConnected === true) focusRow(row)
      else byId('requests').focus()
    },
  }
  return list
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: -Infinity,
  End: Infinity,
}

function matchesStatus({ status, problem }: Summary, wanted: string): boolean {
  if (wanted === '') return true
  if (wanted === 'own') return problem !== undefined
  if (wanted === 'error') return status === 0 || status >= 400
  return Math.floor(status / 100) === Number(wanted)
}

function createRow(request: Summary): HTMLTableRowElement {
  const { n, at, method, target, family, status, durationMs, bytes, problem, retries, cache, incomplete } =
    request
  const tags = [
    problem === undefined ? undefined : el('span', { class: 'tag bad' }, problem),
    retries.length === 0 ? undefined : el('span', { class: 'tag' }, `sent again: ${retries.join(', ')}`),
    cache === 'hit' ? el('span', { class: 'tag' }, 'from memory') : undefined,
    cache === 'collapsed' ? el('span', { class: 'tag' }, 'shared') : undefined,
    incomplete === undefined || status === 0 ? undefined : el('span', { class: 'tag warn' }, 'truncated'),
  ]
  return el(
    'tr',
    { 'data-n': String(n) },
    el('td', { class: toneOf(status) }, status === 0 ? '–' : String(status)),
    el('td', { class: 'method' }, method),
    el(
      'th',
      { scope: 'row' },
      el('button', { type: 'button', class: 'open', tabindex: '-1', title: target }, target, ...tags),
    ),
    el('td', { class: 'family' }, family),
    el('td', { class: 'number' }, duration(durationMs)),
    el('td', { class: 'number size' }, size(bytes)),
    el('td', { class: 'number time' }, el('time', { datetime: new Date(at).toISOString() }, timeOfDay(at))),
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea')
}
