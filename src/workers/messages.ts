import type { Environment } from '../config.js'
import type { Taken } from '../inspector/recorder.js'
import type { Detail } from '../inspector/wire.js'
import type { ProcessMetrics } from '../local/process-metrics.js'
import type { Numbers } from '../numbers.js'
import type { TokenStatus } from '../token/token-cache.js'
import type { Outcome } from './outcome.js'

// What the primary and its workers say to each other. Times are on the machine's monotonic clock, in milliseconds.

/** What a worker may ask of the primary, or tell it. */
export interface PrimaryFunctions {
  /** The first word: everything that a worker needs to serve. */
  join(): Start
  /** It listens at this address. */
  listening(address: string): void
  /** It cannot, for the system's reason. */
  cannotListen(reason: { readonly code: string | undefined; readonly message: string }): void

  /** A token that is good now. The primary may have to obtain it. */
  token(credential: Credential): Promise<Outcome<SentToken>>
  /** 8x8 answered 401 to a token. */
  replaceToken(credential: Credential, value: string): Promise<SentToken | undefined>
  /** The token is in use. Told once for each token, so that no request pays for it. */
  used(credential: Credential): void
  /** 8x8 took a token. Told once for each token, and once more if a request had been refused before. */
  accepted(credential: Credential, value: string, afterRefusal: boolean): void
  /** 8x8 answered 401 to the token that `replaceToken` had given. */
  refusedAgain(credential: Credential, value: string): void

  /** What has happened since the last report. */
  report(report: Report): void
  /** The whole of `/-/status`. */
  status(): Promise<object>
  /** The whole of `/-/metrics`. */
  metrics(): Promise<string>
  /** A page has been opened; from now on it gets `pageText`. The number is the worker's own. */
  openPage(page: number): Promise<Outcome<undefined>>
  closePage(page: number): void
  findRequest(n: number): Promise<Detail | undefined>
  setCapture(on: boolean): Promise<boolean>
}

/** What the primary may ask of a worker, or tell it. */
export interface WorkerFunctions {
  /** The tokens, or what is known of them, have changed. */
  tokens(tokens: SentTokens): void
  /** Whether headers and bodies are to be captured. */
  capturing(on: boolean): void
  /** Sends a report now, and answers when it has arrived. */
  reportNow(): Promise<void>
  processMetrics(): Promise<ProcessMetrics>
  pageText(page: number, text: string): void
  pageEnd(page: number): void
  /** Ends gracefully, and then the process. */
  stop(): void
}

export type Credential = 'app' | 'work'

/** A token on its way to a worker, which never gets the secret that it was bought with. */
export interface SentToken {
  readonly value: string
  /** Counts up with each token that the primary has; one message may overtake another. */
  readonly serial: number
  readonly obtainedAt: number
  readonly expiresAt: number
  readonly products: readonly string[]
}

export interface SentTokenState {
  readonly token: SentToken | undefined
  readonly status: TokenStatus
}

export interface SentTokens {
  /** The app key that stands in headers. */
  readonly appKey: string
  readonly app: SentTokenState
  readonly work: SentTokenState | undefined
}

export interface Start {
  /** The settings, without those that are secrets of 8x8's. */
  readonly environment: Environment
  /** Where to listen, in the place of what the settings say. */
  readonly listen: { readonly socket: string } | { readonly host: string; readonly port: number }
  readonly version: string
  readonly isTerminal: boolean
  readonly tokens: SentTokens
  readonly capturing: boolean
}

export interface Report {
  /** All that the worker has counted since its start. */
  readonly numbers: Numbers
  /** The last requests since the report before, oldest first. */
  readonly taken: readonly Taken[]
  /** Those for which there was no room in `taken`. */
  readonly left: { readonly requests: number; readonly failed: number }
}
