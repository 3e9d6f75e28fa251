import type { Logger } from 'pino'
import type { Config, Environment } from './config/config.js'

/** The process as far as serving needs it. */
export interface System {
  readonly version: string
  /** The version of Node.js. */
  readonly node: string
  readonly environment: Environment
  /** The `.env` file below that environment, and what is wrong in it. */
  readonly dotenv?: { readonly path: string; readonly errors: readonly string[] }
  /** The environment as it is now, `.env` included, and what is wrong in that file. */
  readonly readEnvironment: () => { readonly environment: Environment; readonly errors: readonly string[] }
  readonly readFile: (path: string) => string
  /** A monotonic clock, in milliseconds, that counts the machine's sleep. */
  readonly now: () => number
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean
  /** Whether what is written there may have colours. */
  readonly hasColours: boolean
  /** Whether it is in front of the sandbox that this process has started. */
  readonly isSandbox?: boolean
  /** The file descriptor of standard output, one that does not block. */
  readonly logOutput: () => number
  /** Sets the mask of permissions that new files do not get, and returns the one before. */
  readonly umask: (mask: number) => number
}

export interface Running {
  readonly config: Config
  /** Where it listens: an origin such as `http://127.0.0.1:8808`, or a socket's path. */
  readonly address: string
  readonly log: Logger
  /** Reads `.env` and the secret files again. What cannot be read leaves the old ones in force. */
  reload(): void
  /** Ends gracefully. @returns how many requests had to be aborted */
  stop(): Promise<number>
  /** Resolves when the log is written, or when it cannot be. */
  flushLog(): Promise<void>
}
