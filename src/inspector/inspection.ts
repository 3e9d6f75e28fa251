import { type Family, productNames } from '../api/families.js'
import type { TokenCache } from '../token/token-cache.js'
import { createEvents, type Viewer } from './events.js'
import type { Recorder } from './recorder.js'
import type { RateStatus } from '../telemetry/counters.js'
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
  /** The budgets of the families with a documented limit; undefined while they are off. */
  readonly rates: () => readonly RateStatus[] | undefined
  readonly version: string
  /** 8x8's origin. */
  readonly upstream: string
  /** Whether callers must present X8_PROXY_KEY. */
  readonly keyRequired: boolean
  readonly draining: () => boolean
}

/** It never asks whether the token is ready, since that would count as use and renew it. */
export function createInspection(options: InspectionOptions): Inspection {
  const { recorder, tokens, workTokens, families, version, upstream, keyRequired, draining } = options

  const status = (): Status => {
    const token = tokens.status()
    const rates = options.rates()?.map(viewOf)
    return {
      token,
      ...(workTokens === undefined ? {} : { workToken: workTokens.status() }),
      ready: token.expiresInSeconds !== null && !draining(),
      traffic: recorder.traffic(),
      capture: recorder.capturing,
      ...(rates === undefined ? {} : { rates }),
    }
  }
  const viewOf = ({ family, limits, remaining, waiting }: RateStatus): RateView => ({
    title: families.find(({ name }) => name === family)!.title,
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
      keyRequired,
      families: families.map((family) => ({
        name: family.name,
        title: family.title,
        credential: family.credential,
        products: productNames(family),
        ...(family.product === undefined ? {} : { product: family.product }),
      })),
      status: status(),
      requests: recorder.requests(),
    }),
  })

  return {
    open: async (viewer) => events.connect(viewer),
    find: async (n) => recorder.find(n),
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
