import type { Family } from '../../api/families.js'
import type { Config, EgressSettings } from '../../config/config.js'
import type { HostStatus } from '../../telemetry/counters.js'
import { settingOf } from '../../config/family-settings.js'
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.js'
import { createUpstream, type Upstream } from './upstream.js'

/** A server of 8x8 that families live at: with connections of its own, and its own knowledge of whether it can be reached. */
export interface Host {
  /** Such as `https://api.8x8.com`; a URL works it out anew each time. */
  readonly origin: string
  /** The setting that names it. */
  readonly setting: string
  readonly upstream: Pick<Upstream, 'api' | 'uploads'>
  readonly circuitBreaker: CircuitBreaker
}

export interface Hosts {
  /** The host of X8_BASE_URL. */
  readonly main: Host
  /** Where a family lives. */
  of(family: Pick<Family, 'name'>): Host
  /** Of the hosts besides the main one. */
  readonly status: () => readonly HostStatus[]
  /** Ends what is in flight, to the token endpoint, too. */
  destroy(): Promise<void>
}

export interface HostsOptions {
  readonly config: Config
  readonly egress: EgressSettings | undefined
  /** The way to the host of X8_BASE_URL, and to the token endpoint. */
  readonly upstream: Upstream
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
}

/** One host for each origin, however many families name it (X8_BASE_URL_<FAMILY>). */
export function createHosts({ config, egress, upstream, now }: HostsOptions): Hosts {
  const upstreams = [upstream]
  const createHost = (origin: string, setting: string, own: Upstream): Host => ({
    origin,
    setting,
    upstream: own,
    // A connection takes its time-out at most; a little more and the probe is given up.
    circuitBreaker: createCircuitBreaker(now, config.connectTimeoutMs + 1_000),
  })
  const main = createHost(config.baseUrl.origin, 'X8_BASE_URL', upstream)
  const byOrigin = new Map([[main.origin, main]])
  const byFamily = new Map<string, Host>()
  for (const [family, baseUrl] of config.familyUrls) {
    let host = byOrigin.get(baseUrl.origin)
    if (host === undefined) {
      const own = createUpstream({ ...config, baseUrl }, egress)
      upstreams.push(own)
      host = createHost(baseUrl.origin, settingOf('X8_BASE_URL', family), own)
      byOrigin.set(host.origin, host)
    }
    byFamily.set(family, host)
  }
  return {
    main,
    of: ({ name }) => byFamily.get(name) ?? main,
    status: () =>
      [...byOrigin.values()]
        .filter((host) => host !== main)
        .map((host) => ({
          origin: host.origin,
          families: [...byFamily].flatMap(([family, at]) => (at === host ? [family] : [])),
          ...host.circuitBreaker.status(),
        })),
    destroy: async () => void (await Promise.all(upstreams.map((own) => own.destroy()))),
  }
}
