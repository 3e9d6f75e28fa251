import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad } from './load.js'
import type { Options } from './options.js'
import { cpuMicroseconds, cpuMicrosecondsOfEnded, residentBytes } from './processes.js'
import type { Program } from './programs.js'
import { freePort, type Started, startServer } from './start.js'
import { TARGET, type Upstream } from './upstream.js'

/** One turn of one program. */
export interface Slice {
  readonly cpuMicroseconds: number
  /** Of the upstream and the load generator together. */
  readonly othersMicroseconds: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Measured {
  readonly program: Program
  /** One a round, in the order of the rounds. */
  readonly slices: Slice[]
  readonly firstAnswersMs: number[]
  readonly idleBytes: number[]
  /** The most after any slice. */
  loadedBytes: number
  socketErrors: number
}

export interface World {
  readonly folder: string
  readonly upstream: Upstream
  readonly upstreamPid: number
  readonly options: Options
  /** A script for wrk, if requests are not plain GETs. */
  readonly script: string | undefined
  readonly progress: (text: string) => void
}

// What a start leaves to do has been done by then.
const SETTLING_MS = 1_000

/**
 * Measures programs in turns (A B C A B C ...), so that whatever else the machine does meets all of them alike. Each turn
 * has a process of its own: what the compiler makes of a program differs from one start to the next.
 */
export async function measure(taking: readonly Program[], world: World): Promise<Measured[]> {
  const all = taking.map((program): Measured => ({
    program,
    slices: [],
    firstAnswersMs: [],
    idleBytes: [],
    loadedBytes: 0,
    socketErrors: 0,
  }))
  for (let round = 1; round <= world.options.rounds; round += 1) {
    for (const each of all) {
      await takeTurn(each, world, `round ${round} of ${world.options.rounds}`)
    }
  }
  return all
}

async function takeTurn(each: Measured, world: World, round: string): Promise<void> {
  const { seconds, warmUpSeconds, connections } = world.options
  const port = await freePort()
  const url = `http://127.0.0.1:${port}${TARGET}`
  const load = { url, connections, script: world.script }
  const othersCpu = () => cpuMicroseconds(world.upstreamPid) + cpuMicrosecondsOfEnded()
  let server: Started | undefined
  try {
    server = await startServer(each.program.command({ ...world, port }), url)
    each.firstAnswersMs.push(server.firstAnswerMs)
    await sleep(SETTLING_MS)
    each.idleBytes.push(residentBytes(server.pid))
    world.progress(`${round}: ${each.program.name}`)
    // What is compiled while it runs is slow at first.
    await runLoad({ ...load, seconds: warmUpSeconds })
    const before = cpuMicroseconds(server.pid)
    const othersBefore = othersCpu()
    const { requests, socketErrors, ...measured } = await runLoad({ ...load, seconds })
    const cpu = cpuMicroseconds(server.pid) - before
    each.slices.push({
      cpuMicroseconds: cpu / requests,
      othersMicroseconds: (othersCpu() - othersBefore) / requests,
      ...measured,
    })
    each.socketErrors += socketErrors
    each.loadedBytes = Math.max(each.loadedBytes, residentBytes(server.pid))
  } catch (error) {
    const why = `${each.program.name}: ${(error as Error).message} ${server?.ended() ?? ''}`
    throw new Error(why, { cause: error })
  }
  await server.stop()
  server.forgetOutput()
}
