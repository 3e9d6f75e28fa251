import { type Answer, type Call, send } from '../support/http-client.js'
import { MADE_UP, type Program, type ProgramOptions, startProgram } from '../support/program.js'

export interface Workers {
  readonly program: Program
  readonly port: number
  /** The processes that have served so far, in the order in which they began to listen. */
  pids(): number[]
}

export const BEARER = '/storage/us-west/v3/regions'

/** The built program with several workers; each test says how many. */
export async function startWorkers(
  environment: Record<string, string>,
  options: Omit<ProgramOptions, 'environment'> = {},
): Promise<Workers> {
  const program = startProgram({
    ...options,
    environment: { ...MADE_UP, X8_LOG_LEVEL: 'debug', X8_SHUTDOWN_GRACE_MS: '10000', ...environment },
  })
  return { program, port: await program.port, pids: () => listeners(program) }
}

function listeners(program: Program): number[] {
  return logged(program)
    .filter(({ msg }) => msg === 'a worker listens')
    .map(({ pid }) => pid as number)
}

/** The log so far. Throws if a line is not whole. */
export function logged(program: Program): Record<string, unknown>[] {
  const text = program.stdout()
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** So many calls at once, each on a connection of its own: they reach every worker. */
export function callers(port: number, count: number, call: Call = { path: BEARER }): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, () => send(port, call)))
}

/** What an address of the proxy's own says, each time through another worker. */
export async function ask(port: number, path: string): Promise<string> {
  const { status, text } = await send(port, { path })
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`)
  return text
}

/** How often each status came. */
export function statuses(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
