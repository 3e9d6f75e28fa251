import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad } from './load.js'
import type { Options } from './options.js'
import { cpuMicroseconds, residentBytes } from './processes.js'
import type { Place, Program } from './programs.js'
import { freePort, type Started, startServer } from './start.js'
import { TARGET, type Upstream } from './upstream.js'

/** One turn of one program. */
export interface Slice {
  readonly cpuMicroseconds: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Measured {
  readonly program: Program
  /** One a round, in the order of the rounds. */
  readonly slices: Slice[]
  readonly firstAnswersMs: number[]
  idleBytes: number
  /** The most after any slice. */
  loadedBytes: number
  socketErrors: number
}

export interface World {
  readonly folder: string
  readonly upstream: Upstream
  readonly options: Options
  /** A script for wrk, if requests are not plain GETs. */
  readonly script: string | undefined
  readonly progress: (text: string) => void
}

// What a start leaves to do has been done by then.
const SETTLING_MS = 1_000

/**
 * Measures programs in turns (A B C A B C ...), so that whatever else the machine does meets all of them alike.
 */
export async function measure(taking: readonly Program[], world: World): Promise<Measured[]> {
  const { options, progress } = world
  const all = taking.map((program): Measured => ({
    program,
    slices: [],
    firstAnswersMs: [],
    idleBytes: 0,
    loadedBytes: 0,
    socketErrors: 0,
  }))
  const running = new Map<Measured, Server>()
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const each of all) {
      progress(`start ${round} of ${options.rounds}: ${each.program.name}`)
      const server = await startProgram(each.program, world)
      each.firstAnswersMs.push(server.started.firstAnswerMs)
      if (round === options.rounds) running.set(each, server)
      else await server.started.stop()
    }
  }
  await sleep(SETTLING_MS)
  for (const [each, { started }] of running) each.idleBytes = residentBytes(started.pid)
  // What is compiled while it runs is slow at first: a turn for everyone that does not count.
  for (const [{ program }, { url }] of running) {
    progress(`warming up: ${program.name}`)
    await runLoad({ ...options, url, script: world.script })
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const [each, server] of running) {
      progress(`round ${round} of ${options.rounds}: ${each.program.name}`)
      await takeTurn(each, server, world)
    }
  }
  for (const { started } of running.values()) await started.stop()
  return all
}

interface Server {
  readonly started: Started
  readonly url: string
}

async function startProgram(program: Program, { folder, upstream }: World): Promise<Server> {
  const place: Place = { folder, port: await freePort(), upstream }
  const url = `http://127.0.0.1:${place.port}${TARGET}`
  try {
    return { started: await startServer(program.command(place), url), url }
  } catch (error) {
    throw new Error(`${program.name} did not start. ${(error as Error).message}`, { cause: error })
  }
}

async function takeTurn(each: Measured, { started, url }: Server, world: World): Promise<void> {
  const { seconds, warmUpSeconds, connections } = world.options
  const load = { url, connections, script: world.script }
  try {
    await runLoad({ ...load, seconds: warmUpSeconds })
    const before = cpuMicroseconds(started.pid)
    const { requests, socketErrors, ...measured } = await runLoad({ ...load, seconds })
    const cpu = cpuMicroseconds(started.pid) - before
    each.slices.push({ cpuMicroseconds: cpu / requests, ...measured })
    each.socketErrors += socketErrors
    each.loadedBytes = Math.max(each.loadedBytes, residentBytes(started.pid))
  } catch (error) {
    throw new Error(`${each.program.name}: ${(error as Error).message} ${started.ended() ?? ''}`, {
      cause: error,
    })
  }
  started.forgetOutput()
}
