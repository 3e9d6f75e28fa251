import { createRequire } from 'node:module'
import { pino, type DestinationStream, type Logger } from 'pino'
import type { PrettyStream } from 'pino-pretty'

export interface LoggerOptions {
  readonly level: string
  /** Colours and one readable line each, for a person at a terminal; JSON for everything else. */
  readonly pretty: boolean
  /** Where JSON goes. The default is standard output, line by line. */
  readonly destination?: DestinationStream
}

/**
 * The program's log. What is never logged is never handed to it: no header, no body, no query value, no token. Errors
 * are reduced to name, code and message, since libraries hang requests and sockets on theirs.
 */
export function createLogger({ level, pretty, destination }: LoggerOptions): Logger {
  const options = { level, serializers: { err: describeError }, base: null }
  if (pretty) return pino(options, prettyStream())
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** An error for the log: what it is and what caused it, without what libraries attach. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code } = error as NodeJS.ErrnoException
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}

/** Loaded only for a terminal: a container does not pay for it. */
function prettyStream(): PrettyStream {
  const { build } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
  return build({ colorize: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', sync: true })
}
