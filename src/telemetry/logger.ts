import { pino, type DestinationStream, type Logger } from 'pino'

export interface LoggerOptions {
  readonly level: string
  readonly destination: DestinationStream
}

/**
 * The program's log. What is never logged is never handed to it: no header, no body, no query value, no token. Errors
 * are reduced to name, code and message, since libraries hang requests and sockets on theirs.
 */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  return pino({ level, serializers: { err: describeError }, base: null }, destination)
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
