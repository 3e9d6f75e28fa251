import type { Summary } from '../wire.js'
import { byId, el } from './page-dom.js'

// While somebody types, the proxy is not asked at every letter.
const SEARCH_AFTER_MS = 200

export interface RequestFilter {
  /** Whether a request is to be shown. */
  readonly matches: (request: Summary) => boolean
  /** The families to choose from. */
  offer(families: readonly string[]): void
  /** Requests have come: one of them may match by its body, which only the proxy knows. */
  arrived(requests: readonly Summary[]): void
  /** Goes to the text field. */
  focus(): void
}

export interface FilterOptions {
  /** Others match now. @param byReader because the reader has changed the filter */
  readonly changed: (byReader: boolean) => void
  /** The reader goes down from the text into the list. */
  readonly left: () => void
}

/** The fields above the list. A text is looked for in what the list shows at once, and in bodies by the proxy. */
export function createFilter({ changed, left }: FilterOptions): RequestFilter {
  const text = byId('filter-text') as HTMLInputElement
  const family = byId('filter-family') as HTMLSelectElement
  const status = byId('filter-status') as HTMLSelectElement
  let searching: number | undefined
  let inBodies: ReadonlySet<number> = new Set()

  const wantedText = () => text.value.trim().toLowerCase()

  function searchSoon(): void {
    clearTimeout(searching)
    if (wantedText() !== '') searching = setTimeout(() => void search(wantedText()), SEARCH_AFTER_MS)
  }

  async function search(wanted: string): Promise<void> {
    const response = await fetch(`requests?text=${encodeURIComponent(wanted)}`).catch(() => undefined)
    if (response?.ok !== true) return
    const { found } = (await response.json()) as { found: readonly number[] }
    if (wanted !== wantedText() || (found.length === inBodies.size && found.every((n) => inBodies.has(n))))
      return
    inBodies = new Set(found)
    changed(false)
  }

  for (const field of [text, family, status]) {
    field.addEventListener('input', () => {
      inBodies = new Set()
      changed(true)
      searchSoon()
    })
  }
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    left()
  })

  return {
    matches(request) {
      if (family.value !== '' && request.family !== family.value) return false
      if (!matchesStatus(request, status.value)) return false
      const wanted = wantedText()
      if (wanted === '' || inBodies.has(request.n)) return true
      const { method, target, requestId, problem = '' } = request
      return `${method} ${target} ${requestId} ${problem}`.toLowerCase().includes(wanted)
    },
    offer(families) {
      const chosen = family.value
      family.replaceChildren(
        el('option', { value: '' }, 'All families'),
        ...families.map((name) => el('option', { value: name }, name)),
      )
      family.value = chosen
    },
    arrived(requests) {
      if (requests.some((request) => request.captured === true || request.status >= 400)) searchSoon()
    },
    focus: () => text.focus(),
  }
}

function matchesStatus({ status, problem, inFlight }: Summary, wanted: string): boolean {
  if (wanted === '') return true
  if (wanted === 'in-flight' || inFlight === true) return wanted === 'in-flight' && inFlight === true
  if (wanted === 'own') return problem !== undefined
  if (wanted === 'error') return status === 0 || status >= 400
  return Math.floor(status / 100) === Number(wanted)
}
