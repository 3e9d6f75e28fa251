import { setTimeout as sleep } from 'node:timers/promises'
import { type Load, runLoad } from './load.js'
import type { Options } from './options.js'
import { cpuMicroseconds, cpuMicrosecondsOfEnded, residentBytes } from './processes.js'
import type { Program } from './programs.js'
import { freePort, type Started, startServer } from './start.js'
import { TARGET, type Upstream } from './upstream.js'

/** What one program did in one round. */
export interface Round {
  readonly cpuMicroseconds: number
  /** Of the upstream and the load generator together. */
  readonly othersMicroseconds: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Measured {
  readonly program: Program
  /** In their order. */
  readonly rounds: Round[]
  readonly firstResponsesMs: number[]
  readonly idleBytes: number[]
  /** The most after any round. */
  loadedBytes: number
  socketErrors: number
}

export interface World {
  readonly folder: string
  readonly upstream: Upstream
  readonly upstreamPid: number
  readonly options: Options
  readonly connections: number
  /** A script for wrk, if requests are not plain GETs. */
  readonly script: string | undefined
  readonly progress: (text: string) => void
}

// What a start leaves to do has been done by then.
const SETTLING_MS = 1_000

/**
 * Measures programs in short turns (A B C A B C ...), so that whatever else the machine does meets all of them alike.
 * Each round has fresh processes: what the compiler makes of a program differs from one start to the next.
 */
export async function measure(taking: readonly Program[], world: World): Promise<Measured[]> {
  const all = taking.map((program): Measured => ({
    program,
    rounds: [],
    firstResponsesMs: [],
    idleBytes: [],
    loadedBytes: 0,
    socketErrors: 0,
  }))
  for (let round = 1; round <= world.options.rounds; round += 1) {
    const progress = (doing: string, { program }: Measured) =>
      world.progress(`round ${round} of ${world.options.rounds}: ${doing} ${program.name}`)
    const running: Participant[] = []
    for (const each of all) {
      progress('starting', each)
      running.push(await startProgram(each, world))
    }
    await sleep(SETTLING_MS)
    for (const { each, server } of running) each.idleBytes.push(residentBytes(server.pid))
    for (const one of running) {
      progress('warming up', one.each)
      // What is compiled while it runs is slow at first.
      await load(one, world, world.options.warmUpSeconds)
    }
    for (let second = 1; second <= world.options.seconds; second += 1) {
      for (const one of running) {
        progress(`second ${second} of`, one.each)
        await takeTurn(one, world)
      }
    }
    for (const { each, server, turns } of running) {
      each.rounds.push(together(turns))
      each.loadedBytes = Math.max(each.loadedBytes, residentBytes(server.pid))
      await server.stop()
      server.forgetOutput()
    }
  }
  return all
}

/** A program in one round. */
interface Participant {
  readonly each: Measured
  readonly server: Started
  readonly url: string
  readonly turns: Turn[]
}

interface Turn extends Load {
  readonly cpuMicroseconds: number
  readonly othersMicroseconds: number
}

async function startProgram(each: Measured, { folder, upstream }: World): Promise<Participant> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}${TARGET}`
  try {
    const server = await startServer(each.program.command({ folder, port, upstream }), url)
    each.firstResponsesMs.push(server.firstResponseMs)
    return { each, server, url, turns: [] }
  } catch (error) {
    throw new Error(`${each.program.name} did not start. ${(error as Error).message}`, { cause: error })
  }
}

async function load({ each, server, url }: Participant, world: World, seconds: number): Promise<Load> {
  try {
    return await runLoad({
      url,
      folder: world.folder,
      seconds,
      connections: world.connections,
      script: world.script,
    })
  } catch (error) {
    throw new Error(`${each.program.name}: ${(error as Error).message} ${server.ended() ?? ''}`, {
      cause: error,
    })
  }
}

async function takeTurn(participant: Participant, world: World): Promise<void> {
  const { each, server, turns } = participant
  const othersCpu = () => cpuMicroseconds(world.upstreamPid) + cpuMicrosecondsOfEnded()
  const before = cpuMicroseconds(server.pid)
  const othersBefore = othersCpu()
  const turn = await load(participant, world, 1)
  turns.push({
    ...turn,
    cpuMicroseconds: cpuMicroseconds(server.pid) - before,
    othersMicroseconds: othersCpu() - othersBefore,
  })
  each.socketErrors += turn.socketErrors
}

/** CPU of all turns over requests of all turns; what is given for a turn alone as the mean. */
function together(turns: readonly Turn[]): Round {
  const sum = (quantity: keyof Turn) => turns.reduce((total, turn) => total + turn[quantity], 0)
  const requests = sum('requests')
  return {
    cpuMicroseconds: sum('cpuMicroseconds') / requests,
    othersMicroseconds: sum('othersMicroseconds') / requests,
    requestsPerSecond: sum('requestsPerSecond') / turns.length,
    p50Ms: sum('p50Ms') / turns.length,
    p99Ms: sum('p99Ms') / turns.length,
  }
}
