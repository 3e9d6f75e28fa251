/** The proxy's own addresses start with this. */
export const OWN_PREFIX = '/-/'

/** What orchestrators ask every few seconds: whether the proxy runs, and whether it has a token. */
const PROBES: ReadonlySet<string> = new Set(['/-/live', '/-/ready'])

/** Whether a target without its query is a liveness or readiness probe's. */
export function isProbe(path: string): boolean {
  return PROBES.has(path)
}

/** Where people look for a page first. Nothing at 8x8 is there. */
export function isRoot(path: string): boolean {
  return path === '/' || path === '/-'
}

/** Whether a target without its query is one that the page at `/-/` asks for by itself. */
export function isOfPage(path: string): boolean {
  return OF_PAGE.test(path)
}

const OF_PAGE = /^\/-\/(?:events|capture|clear|requests(?:\/[^/]*)?|[\w-]+\.(?:js|css|svg|png|ico))?$/

/** What pages, probes and scrapers ask again and again, and what a person asks for: a file to keep, a call to find. */
const ASKED_FOR: ReadonlySet<string> = new Set(['/-/postman.json', '/-/openapi.json', '/-/calls'])

/** Whether a target without its query is one of the proxy's own that programs ask for again and again, or on the way there. */
export function isRoutine(path: string): boolean {
  return isRoot(path) || (path.startsWith(OWN_PREFIX) && !ASKED_FOR.has(path))
}

/** The stream that keeps a page up to date. It never ends by itself: the page leaves. */
export const EVENTS_PATH = '/-/events'

/** Where scripts and Postman tabs log in; both get a stand-in response, the second only if there is a Work user. */
export const TOKEN_PATH = '/oauth/v2/token'
export const WORK_TOKEN_PATH = '/analytics/work/v1/oauth/token'

interface LoginSettings {
  readonly handlesWorkLogin: boolean
}

/** Whether scripts log in at a canonical path, and get their response from the proxy itself. */
export function isLoginPath(path: string, { handlesWorkLogin }: LoginSettings): boolean {
  return path === TOKEN_PATH || (path === WORK_TOKEN_PATH && handlesWorkLogin)
}

/** Whether the proxy itself responds to a canonical path. */
export function isLocalPath(path: string, settings: LoginSettings): boolean {
  return path.startsWith(OWN_PREFIX) || isRoot(path) || isLoginPath(path, settings)
}
