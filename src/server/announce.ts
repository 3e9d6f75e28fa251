import type { Logger } from 'pino'
import type { Config } from '../config/config.js'
import { hostToConnectTo, isLoopback } from '../config/loopback.js'

export interface AnnounceOptions {
  /** Where it listens: an origin, or a socket's path. */
  readonly address: string
  readonly config: Config
  readonly log: Logger
  /** Whether a person reads the log: it then takes more lines, each with one thing. */
  readonly isTerminal: boolean
  /** Whether 8x8 is simulated. */
  readonly isSandbox: boolean
}

/** Says where it listens, for whom, in front of what, and what that means. */
export function announce({ address, config, log, isTerminal, isSandbox }: AnnounceOptions): void {
  const upstream = config.baseUrl.origin
  const listening = `listening on ${address} for ${whom(config)}`
  if (isTerminal) {
    log.info({ address }, listening)
    log.info({ upstream }, `in front of ${isSandbox ? SANDBOX : upstream}`)
  } else {
    log.info({ address, upstream }, `${listening}, forwarding to ${upstream}`)
    if (isSandbox) log.info(`this is ${SANDBOX}`)
  }
  warnIfReachable(config, log)
}

const SANDBOX = 'the sandbox: a simulated 8x8, nothing leaves this machine'

/**
 * Says what to do next: at a terminal, once the first token is there or has failed.
 *
 * @param state of the app's token
 */
export function announceNextStep(
  { address, config: { listen: where }, log, isSandbox }: AnnounceOptions,
  state: string,
): void {
  if (state === 'refused')
    log.warn(
      'check X8_APP_KEY and X8_APP_SECRET in 8x8 Admin Console > API Keys; 8x8-auth-proxy doctor says more',
    )
  else if (state !== 'valid')
    log.warn('calls are refused until there is a token; 8x8-auth-proxy doctor says what is in the way')
  const call = isSandbox ? EXAMPLE : '/-/status'
  if ('socket' in where) return log.info(`try curl --unix-socket ${address} http://localhost${call}`)
  const origin = address.replace(where.host, hostToConnectTo(where.host))
  log.info(
    `open ${origin}/-/ in a browser${isSandbox ? `, or try curl ${origin}${call}` : ' to see each call'}`,
  )
}

// A call that needs no parameters and changes nothing.
const EXAMPLE = '/analytics/cc/v5/realtime-metrics/queues'

/** Who can connect, for the log. */
function whom({ listen: where }: Config): string {
  if ('socket' in where) return 'this user only'
  return isLoopback(where.host) ? 'this machine only' : 'every machine that can reach it'
}

function warnIfReachable({ listen: where, requiresProxyKey }: Config, log: Logger): void {
  if ('socket' in where || isLoopback(where.host)) return
  const who = 'every client that reaches this address calls 8x8 with the rights of your app'
  if (!requiresProxyKey)
    log.warn(
      `not only this machine can connect: ${who}. Set X8_PROXY_KEY, or publish the port on loopback only.`,
    )
  else log.warn(`not only this machine can connect: ${who}, if they know the proxy key.`)
}
