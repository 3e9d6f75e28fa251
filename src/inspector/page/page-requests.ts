import type { Summary } from '../wire.js'
import { announce, byId, el, setText } from './page-dom.js'
import { createFilter } from './page-filter.js'
import { plural } from './page-format.js'
import { findLinked, linkedRequest, setLink } from './page-link.js'
import { createRow, fillRow, showDuration } from './page-row.js'

const MOST_ROWS = 200
const TICK_MS = 200

export interface RequestList {
  /** Shows other requests instead. */
  replace(requests: readonly Summary[], families: readonly string[]): void
  /** Shows requests that have come, or what has become of those that are shown. */
  add(requests: readonly Summary[]): void
  /** Shows only what is still in flight. */
  clear(): void
  /** Marks the row whose details are shown. */
  mark(n: number | undefined): void
  /** Gives the focus back to a row, or to the list if it is gone. */
  focus(n: number): void
}

/** The table of requests by their beginning, and moving about in it with the keyboard. */
export function createRequestList(open: (request: Summary, byKeyboard: boolean) => void): RequestList {
  const body = byId('requests').querySelector('tbody')!
  const pause = byId('pause')
  /** By number, in the order in which they ended: the first one that is over goes first. */
  const requests = new Map<number, Summary>()
  const rows = new Map<number, HTMLTableRowElement>()
  /** Those in flight, and when they began by this page's clock. */
  const begunAt = new Map<number, number>()
  /** What has come while the list is paused. */
  let waiting: Map<number, Summary> | undefined
  let ticking: number | undefined
  /** Numbers begin again when the proxy does. */
  let opened: Pick<Summary, 'n' | 'requestId'> | undefined
  /** The one row that the tab key reaches. */
  let current: number | undefined

  const filter = createFilter({
    changed(byReader) {
      render()
      if (byReader) announce(`${plural(body.rows.length, 'request')} shown`)
    },
    left: () => focusRow(body.rows[0]),
  })

  const newestFirst = () => [...requests.values()].sort(byBeginning)

  function rowOf({ n }: Summary): HTMLTableRowElement {
    const known = rows.get(n)
    if (known !== undefined) return known
    const request = requests.get(n)!
    const row = createRow(request)
    fillRow(row, request)
    row.addEventListener('click', (event) => {
      setCurrent(n)
      // A click that a key made has no position.
      open(requests.get(n)!, event.detail === 0)
    })
    rows.set(n, row)
    return row
  }

  function render(): void {
    body.replaceChildren(...newestFirst().filter(filter.matches).map(rowOf))
    afterChange()
  }

  /** Takes a request in, or what has become of one, without touching other rows. */
  function put(request: Summary): void {
    const { n } = request
    requests.delete(n)
    requests.set(n, request)
    if (request.inFlight === true) begunAt.set(n, performance.now() - request.durationMs)
    else begunAt.delete(n)
    const known = rows.get(n)
    if (known !== undefined) fillRow(known, request)
    if (!filter.matches(request)) return leave(known)
    if (known?.isConnected === true) return
    const row = rowOf(request)
    row.classList.add('new')
    let below = body.firstElementChild as HTMLTableRowElement | null
    while (below !== null && byBeginning(requestOf(below), request) < 0)
      below = below.nextElementSibling as HTMLTableRowElement | null
    body.insertBefore(row, below)
  }

  function add(added: readonly Summary[]): void {
    for (const request of added) put(request)
    for (const { n, inFlight } of requests.values()) {
      if (requests.size <= MOST_ROWS) break
      if (inFlight !== true) forget(n)
    }
    afterChange()
    filter.arrived(added)
    // What was opened in flight may be over now.
    const news = added.find(isOpened)
    if (news !== undefined) open(news, byId('details').contains(document.activeElement))
  }

  function forget(n: number): void {
    leave(rows.get(n))
    requests.delete(n)
    rows.delete(n)
    begunAt.delete(n)
  }

  function leave(row: HTMLTableRowElement | undefined): void {
    // A focus on a row that goes is moved to the one before, not to the top of the page.
    if (row?.contains(document.activeElement) === true) move(row, body.rows[0] === row ? 1 : -1)
    row?.remove()
  }

  function afterChange(): void {
    const shown = body.rows.length
    setText(byId('count'), shown === requests.size ? String(shown) : `${shown} of ${requests.size}`)
    const empty = byId('empty')
    empty.hidden = shown > 0
    if (shown === 0) {
      empty.replaceChildren(
        ...(requests.size > 0
          ? ['No request matches these filters.']
          : [
              'No requests yet. Try: ',
              el('code', {}, `curl ${location.origin}/analytics/cc/v5/realtime-metrics/queues`),
            ]),
      )
    }
    if (current === undefined || rows.get(current)?.isConnected !== true) {
      const first = body.rows[0]
      if (first !== undefined) setCurrent(requestOf(first).n)
    }
    if (begunAt.size > 0) ticking ??= setInterval(tick, TICK_MS)
    else {
      clearInterval(ticking)
      ticking = undefined
    }
  }

  function tick(): void {
    // Of a proxy that does not speak nobody knows how long its calls take.
    if (document.hidden || byId('connection').dataset['state'] !== 'live') return
    for (const [n, since] of begunAt) {
      const row = rows.get(n)
      if (row?.isConnected === true) showDuration(row, performance.now() - since, true)
    }
  }

  const requestOf = (row: HTMLTableRowElement) => requests.get(Number(row.dataset['n']))!
  const isOpened = ({ n, requestId }: Summary) => opened?.n === n && opened.requestId === requestId

  function setCurrent(n: number): void {
    if (current !== undefined) rows.get(current)?.querySelector('button')?.setAttribute('tabindex', '-1')
    current = n
    rows.get(n)?.querySelector('button')?.setAttribute('tabindex', '0')
  }

  function focusRow(row: HTMLTableRowElement | null | undefined): void {
    if (!row) return
    const request = requestOf(row)
    setCurrent(request.n)
    row.querySelector('button')!.focus()
    row.scrollIntoView({ block: 'nearest' })
    // With the details open they follow, so that one can read along.
    if (opened !== undefined && !isOpened(request)) open(request, false)
  }

  function move(from: HTMLTableRowElement, by: number): void {
    const all = [...body.rows]
    focusRow(all[Math.max(0, Math.min(all.length - 1, all.indexOf(from) + by))])
  }

  function followLink(): void {
    const name = linkedRequest()
    const found = name === undefined ? undefined : findLinked(name, newestFirst())
    byId('gone').hidden = name === undefined || found !== undefined
    if (found !== undefined && !isOpened(found)) open(found, false)
  }
  window.addEventListener('hashchange', followLink)

  body.addEventListener('keydown', (event) => {
    const row = (event.target as HTMLElement).closest('tr')
    const step = STEPS[event.key]
    if (row === null || step === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    move(row, step)
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    filter.focus()
  })

  pause.addEventListener('click', () => {
    const held = waiting
    waiting = held === undefined ? new Map() : undefined
    setText(pause, held === undefined ? 'Resume' : 'Pause')
    announce(held === undefined ? 'Paused' : 'Live again')
    if (held !== undefined) add([...held.values()])
  })
  byId('clear').addEventListener('click', () => {
    fetch('clear', { method: 'POST' }).then(
      ({ ok }) => announce(ok ? 'Cleared' : 'Clearing failed'),
      () => announce('Clearing failed'),
    )
  })

  const list: RequestList = {
    replace(all, families) {
      for (const map of [requests, rows, begunAt]) map.clear()
      current = undefined
      if (waiting !== undefined) waiting = new Map()
      filter.offer(families)
      for (const request of all) requests.set(request.n, request)
      for (const { n, inFlight, durationMs } of all)
        if (inFlight === true) begunAt.set(n, performance.now() - durationMs)
      render()
      const still = all.find(isOpened)
      if (still !== undefined) rows.get(still.n)!.dataset['open'] = ''
      if (opened === undefined) followLink()
    },
    add(added) {
      if (waiting === undefined) return add(added)
      // What ends in its place moves nothing.
      const isShown = ({ n }: Summary) => rows.get(n)?.isConnected === true
      add(added.filter(isShown))
      for (const request of added.filter((other) => !isShown(other))) {
        waiting.delete(request.n)
        waiting.set(request.n, request)
      }
      for (const n of waiting.keys()) if (waiting.size > MOST_ROWS) waiting.delete(n)
      setText(pause, waiting.size === 0 ? 'Resume' : `Resume (${waiting.size} new)`)
    },
    clear() {
      for (const { n, inFlight } of requests.values()) if (inFlight !== true) forget(n)
      if (waiting !== undefined) {
        waiting = new Map()
        setText(pause, 'Resume')
      }
      afterChange()
    },
    mark(n) {
      if (opened !== undefined) delete rows.get(opened.n)?.dataset['open']
      const request = n === undefined ? undefined : requests.get(n)
      opened = request
      setLink(request?.requestId)
      if (request !== undefined) {
        byId('gone').hidden = true
        rowOf(request).dataset['open'] = ''
      }
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

/** Newest first. */
function byBeginning(a: Summary, b: Summary): number {
  return b.at - a.at || b.n - a.n
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea')
}
