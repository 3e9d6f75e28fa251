import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { FILE_SETTINGS } from '../settings.js'
import { type Channel, openChannel } from './channel.js'
import type { PrimaryFunctions, WorkerFunctions } from './messages.js'
import { copyLines } from './output.js'

export interface CrewOptions {
  readonly count: number
  readonly where: Config['listen']
  /** How long requests in flight may take at the end, in milliseconds. */
  readonly graceMs: number
  /** What a worker may ask, but for what concerns its listening. */
  readonly functions: (member: Member) => Omit<PrimaryFunctions, 'listening' | 'cannotListen'>
  /** It listens now. */
  readonly arrived: (member: Member) => void
  readonly left: (member: Member) => void
  /** Where the log lines of the workers go. */
  readonly write: (lines: string) => void
  readonly log: Logger
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
}

/** One worker as the primary sees it. */
export interface Member {
  /** Counts up; never used again. */
  readonly id: number
  readonly channel: Channel<WorkerFunctions>
  /** Where it was told to listen. */
  readonly where: Config['listen']
}

/** The worker processes. Those that die are replaced. */
export interface Crew {
  /** @returns the address, when all listen; rejects with the system's error if one cannot */
  start(): Promise<string>
  /** Those that listen. */
  members(): Member[]
  readonly restarts: () => number
  /** Lets each end gracefully. @returns how many did not manage to */
  stop(): Promise<number>
  /** Ends all at once. */
  kill(): void
}

interface Employed extends Member {
  readonly worker: Worker
  listensSince: number | undefined
  readonly ended: Promise<number | null>
}

// What a worker needs it is told; the environment that it inherits holds more.
const WITHOUT_SECRETS = Object.fromEntries([...FILE_SETTINGS, 'X8_TOKEN_STORE_URL'].map((name) => [name, '']))
// A worker that lasts as long is not what is wrong: the next is started at once.
const LONG_LIFE_MS = 10_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
// More than the grace time, for a worker that does not even answer to its own timer.
const GOODBYE_MS = 2_000
// Answers of workers come at once, or are not waited for.
const LONGEST_ANSWER_MS = 2_000

export function createCrew(options: CrewOptions): Crew {
  const { count, graceMs, functions, arrived, left, write, log, now } = options
  const employed = new Set<Employed>()
  const waiting = new Set<NodeJS.Timeout>()
  let { where } = options
  let address: string | undefined
  let started = false
  let stopping = false
  let restarts = 0
  let shortLives = 0
  let settle: { resolve(address: string): void; reject(error: Error): void } | undefined

  function listening(member: Employed, at: string): void {
    // The port that the system had chosen was lost with the last worker, and this one was not told in time.
    if (address !== undefined && at !== address) return void member.worker.process.kill('SIGKILL')
    address = at
    member.listensSince = now()
    log.debug({ pid: member.worker.process.pid }, 'a worker listens')
    arrived(member)
    if ([...employed].filter(({ listensSince }) => listensSince !== undefined).length < count) return
    started = true
    settle?.resolve(at)
  }

  function employ(): void {
    const worker = cluster.fork(WITHOUT_SECRETS)
    let end!: (code: number | null) => void
    const member: Employed = {
      id: worker.id,
      worker,
      where,
      listensSince: undefined,
      ended: new Promise((resolve) => (end = resolve)),
      // It asks through `member`, which is there by the time that it speaks.
      channel: openChannel<WorkerFunctions, PrimaryFunctions>({
        worker,
        timeoutMs: LONGEST_ANSWER_MS,
        functions: {
          ...functions({
            id: worker.id,
            where,
            get channel() {
              return member.channel
            },
          }),
          listening: (at) => listening(member, at),
          cannotListen: ({ code, message }) => settle?.reject(Object.assign(new Error(message), { code })),
        },
      }),
    }
    employed.add(member)
    copyLines(worker.process.stdout!, write)
    worker.on('error', (error) => log.error({ err: error }, 'a worker cannot be reached'))
    worker.process.once('close', (code, signal) => {
      employed.delete(member)
      left(member)
      end(code)
      if (!stopping) replace(member, code, signal)
    })
  }

  function replace({ worker, listensSince }: Employed, code: number | null, signal: string | null): void {
    const { pid } = worker.process
    if (!started) {
      return settle?.reject(
        new Error(`A worker ended before it listened (${signal ?? `exit code ${code}`}).`),
      )
    }
    if (listensSince !== undefined && now() - listensSince >= LONG_LIFE_MS) shortLives = 0
    const restartInMs =
      shortLives === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (shortLives - 1), LONGEST_PAUSE_MS)
    shortLives += 1
    // The system forgets the address with the last who listens there. A port that it had chosen is asked for by name.
    if (address?.startsWith('http:') && 'port' in where && crew.members().length === 0) {
      where = { ...where, port: Number(new URL(address).port) }
    }
    log[code === 0 ? 'info' : 'error']({ pid, code, signal, restartInMs }, 'a worker ended, it is replaced')
    const timer = setTimeout(() => {
      waiting.delete(timer)
      restarts += 1
      employ()
    }, restartInMs)
    waiting.add(timer)
  }

  const crew: Crew = {
    start() {
      cluster.setupPrimary({
        args: ['worker'],
        // Maps and undefined cross as they are.
        serialization: 'advanced',
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      })
      return new Promise((resolve, reject) => {
        settle = { resolve, reject }
        for (let i = 0; i < count; i += 1) employ()
      })
    },

    members: () => [...employed].filter(({ listensSince }) => listensSince !== undefined),
    restarts: () => restarts,

    async stop() {
      stopping = true
      for (const timer of waiting) clearTimeout(timer)
      for (const { channel } of employed) channel.tell('stop')
      const deadline = setTimeout(() => crew.kill(), graceMs + GOODBYE_MS)
      const codes = await Promise.all([...employed].map(({ ended }) => ended))
      clearTimeout(deadline)
      return codes.filter((code) => code !== 0).length
    },

    kill() {
      for (const { worker } of employed) worker.process.kill('SIGKILL')
    },
  }
  return crew
}
