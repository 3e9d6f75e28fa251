import type { Family } from '../api/families.js'
import type { Counters, RateStatus } from '../telemetry/counters.js'
import type { TokenCache } from '../token/token-cache.js'
import { accessOf } from './app-access.js'
import { createEvents, type Viewer } from './events.js'
import { noticesOf } from './notices.js'
import { createRecent } from './recent.js'
import { harOf, type Har } from './har.js'
import type { Recorder } from './recorder.js'
import type { Detail, RateView, Status } from './wire.js'

/** What the page at `/-/` can see and do. It is there once, wherever the page's connections are. */
export interface Inspection {
  /**
   * Tells a page everything there is, and then what happens.
   *
   * @returns how to leave
   * @throws {ProxyError} (or rejects with) `overloaded` or `shutting-down`
   */
  open(viewer: Viewer): Promise<() => void>
  /** One of the last requests in detail; undefined if it is not kept any more. */
  find(n: number): Promise<Detail | undefined>
  /**
   * The requests that are over as an HTTP Archive, in the order in which they ended.
   *
   * @param origin the proxy as the caller addressed it
   * @param numbers those to export; all if undefined
   */
  exportHar(origin: string, numbers: ReadonlySet<number> | undefined): Promise<Har>
  /** The numbers of the requests that have a text in a body, in whatever case. */
  search(text: string): Promise<number[]>
  /** Forgets the requests that are over, for every page. */
  clear(): Promise<void>
  /** Switches the capture of headers and bodies. @returns whether it is on now */
  setCapture(on: boolean): Promise<boolean>
  /** Sends every page away, so that nothing keeps a shutdown waiting. */
  close(): void
}

export interface InspectionOptions {
  readonly recorder: Recorder
  readonly tokens: Pick<TokenCache, 'status'>
  readonly workTokens: Pick<TokenCache, 'status'> | undefined
  readonly families: readonly Family[]
  readonly counters: () => Counters
  readonly version: string
  /** 8x8's origin. */
  readonly upstream: string
  /** Whether that is the sandbox of this process. */
  readonly sandbox: boolean
  /** Whether callers must present X8_PROXY_KEY. */
  readonly keyRequired: boolean
  readonly draining: () => boolean
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
}

// A budget is used up and free again within a second: its notice stays long enough to be read.
const USED_UP_MS = 10_000
const DROPPED_MS = 60_000

/** It never asks whether the token is ready, since that would count as use and renew it. */
export function createInspection(options: InspectionOptions): Inspection {
  const { recorder, tokens, workTokens, families, version, upstream, sandbox, keyRequired, draining } =
    options
  const lately = createRecent(options.now)
  let droppedBefore = 0

  const status = (): Status => {
    const token = tokens.status()
    const counters = options.counters()
    return {
      token,
      ...(workTokens === undefined ? {} : { workToken: workTokens.status() }),
      ready: token.expiresInSeconds !== null && !draining(),
      traffic: recorder.traffic(),
      capture: recorder.capturing,
      ...(counters.rates === undefined ? {} : { rates: counters.rates.map(viewOf) }),
      notices: notices(counters),
      access: accessOf(families, token.products),
    }
  }
  const notices = ({ circuitBreaker, hosts, rates = [], logLinesDropped }: Counters) => {
    const dropped = lately('log lines', logLinesDropped > droppedBefore, DROPPED_MS)
    droppedBefore = logLinesDropped
    return noticesOf({
      token: tokens.status(),
      workToken: workTokens?.status(),
      hosts: [{ origin: upstream, ...circuitBreaker }, ...hosts],
      usedUp: rates
        .filter(({ family, remaining, waiting }) =>
          lately(family, remaining === 0 || waiting > 0, USED_UP_MS),
        )
        .map((rate) => ({ ...rate, title: titleOf(rate.family) })),
      logLinesDropped: dropped ? logLinesDropped : 0,
    })
  }
  const titleOf = (family: string) => families.find(({ name }) => name === family)!.title
  const viewOf = ({ family, limits, remaining, waiting }: RateStatus): RateView => ({
    title: titleOf(family),
    remaining,
    allowed: Math.min(...limits.map(({ calls }) => calls)),
    waiting,
  })
  const events = createEvents({
    recorder,
    status,
    snapshot: () => ({
      version,
      upstream,
      sandbox,
      keyRequired,
      families: families.map(({ name, title }) => ({ name, title })),
      status: status(),
      requests: recorder.requests(),
    }),
  })

  return {
    open: async (viewer) => events.connect(viewer),
    find: async (n) => recorder.find(n),
    async exportHar(origin, numbers) {
      const details = recorder
        .requests()
        .filter(({ n, inFlight }) => inFlight !== true && numbers?.has(n) !== false)
        .map(({ n }) => recorder.find(n)!)
      return harOf(details, { origin, version })
    },
    search: async (text) => recorder.search(text),
    clear: async () => recorder.clear(),
    async setCapture(on) {
      recorder.setCapture(on)
      events.tell()
      return recorder.capturing
    },
    close: () => recorder.close(),
  }
}
