import type { AccessCheck } from '../gateway/access.js'
import type { Call } from '../../api/call.js'
import type { SandboxResponse, SandboxCall, Routes } from '../gateway/handler.js'

/** One of 8x8's APIs: where it lives, who may call it, and its handlers. */
export interface SandboxFamily {
  readonly name: string
  /** Matches the start of the path; named groups become parameters. Routes are relative to its end. */
  readonly base: RegExp
  readonly access: AccessCheck
  readonly routes: Routes
  /** The descriptions of the calls by route. */
  readonly calls: Readonly<Record<string, Call>>
  /** What the API itself asks of every request, such as a header: the rejection, or undefined. */
  readonly demands?: (call: SandboxCall) => SandboxResponse | undefined
  /** Headers that the API puts on each of its responses. */
  readonly adds?: (call: SandboxCall) => Readonly<Record<string, string>>
}
