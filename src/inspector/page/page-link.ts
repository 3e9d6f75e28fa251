import type { Summary } from '../wire.js'

/** The address of this page names the request that is shown, so that it can be passed on. */
export function setLink(requestId: string | undefined): void {
  const { pathname, search } = location
  history.replaceState(null, '', requestId === undefined ? pathname + search : linkTo(requestId))
}

/** `#request=` and a request id, or a request's number. */
function linkTo(requestId: string): string {
  return `#request=${encodeURIComponent(requestId)}`
}

/** What the address of this page names; undefined if it names no request. */
export function linkedRequest(): string | undefined {
  const name = /^#request=(.+)$/.exec(location.hash)?.[1]
  try {
    return name === undefined ? undefined : decodeURIComponent(name)
  } catch {
    return name
  }
}

/** The request that a link names, among those of the list; the newest one, since callers may use an id again. */
export function findLinked(name: string, newestFirst: readonly Summary[]): Summary | undefined {
  return (
    newestFirst.find(({ requestId }) => requestId === name) ?? newestFirst.find(({ n }) => String(n) === name)
  )
}
