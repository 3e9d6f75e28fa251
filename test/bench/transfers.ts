import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, cpuMicroseconds, forgetPeak, peakBytes, residentBytes, run } from './processes.js'
import type { Program } from './programs.js'
import { freePort, type Started, startServer } from './start.js'
import { CONTENT, configureUpstream, TARGET, type Upstream, writeCertificates } from './upstream.js'

export type Direction = 'download' | 'upload'

/** What one program did in one round. */
export interface Transfer {
  readonly seconds: number
  readonly cpuMicroseconds: number
  readonly bytes: number
  /** How much more than after the warm-up was resident at most. */
  readonly growthBytes: number
}

export interface Transferred {
  readonly program: Program
  /** In their order. */
  readonly rounds: Transfer[]
}

export interface TransferOptions {
  readonly folder: string
  readonly tls: boolean
  readonly rounds: number
  /** In a round and direction, in turns; the warm-up is one turn more. */
  readonly mebibytes: number
  readonly progress: (text: string) => void
}

const TURNS = 4
const MIB = 1024 * 1024

/** Downloads, or uploads, through programs in turns. Each round has fresh processes. */
export async function measureTransfers(
  direction: Direction,
  taking: readonly Program[],
  { folder: parent, tls, rounds, mebibytes, progress }: TransferOptions,
): Promise<Transferred[]> {
  const folder = join(parent, direction)
  mkdirSync(folder)
  const bytes = Math.ceil((mebibytes * MIB) / TURNS)
  const [upstream, command] =
    direction === 'download' ? await source(folder, tls, bytes) : await sink(folder, tls)
  const upstreamServer = await startServer(command, `${upstream.origin}${TARGET}`)
  const all = taking.map((program): Transferred => ({ program, rounds: [] }))
  for (let round = 1; round <= rounds; round += 1) {
    const running: Running[] = []
    for (const each of all) running.push(await startProgram(each, folder, upstream))
    for (let turn = 0; turn <= TURNS; turn += 1) {
      for (const one of running) {
        progress(
          `${direction}s, round ${round} of ${rounds}: ${turn === 0 ? 'warming up' : `turn ${turn} of`} ${one.each.program.name}`,
        )
        if (turn === 1) beginMeasuring(one)
        one.seconds += await transfer(direction, one, bytes, folder)
      }
    }
    for (const { each, server, seconds, cpuBefore, residentBefore } of running) {
      each.rounds.push({
        seconds,
        bytes: bytes * TURNS,
        cpuMicroseconds: cpuMicroseconds(server.pid) - cpuBefore,
        growthBytes: peakBytes(server.pid) - residentBefore,
      })
      await server.stop()
      server.forgetOutput()
    }
  }
  await upstreamServer.stop()
  return all
}

/** A program in one round. */
interface Running {
  readonly each: Transferred
  readonly server: Started
  readonly port: number
  seconds: number
  cpuBefore: number
  residentBefore: number
}

async function startProgram(each: Transferred, folder: string, upstream: Upstream): Promise<Running> {
  const port = await freePort()
  const command = each.program.command({ folder, port, upstream })
  const server = await startServer(command, `http://127.0.0.1:${port}${TARGET}`)
  return { each, server, port, seconds: 0, cpuBefore: 0, residentBefore: 0 }
}

function beginMeasuring(one: Running): void {
  const { pid } = one.server
  forgetPeak(pid)
  one.residentBefore = residentBytes(pid)
  one.cpuBefore = cpuMicroseconds(pid)
  one.seconds = 0
}

/** @returns seconds */
async function transfer(
  direction: Direction,
  { each, server, port }: Running,
  bytes: number,
  folder: string,
): Promise<number> {
  const args = [CLIENT, direction === 'download' ? 'GET' : 'POST', String(port), CONTENT, String(bytes)]
  try {
    return Number(await run(process.execPath, args, folder))
  } catch (error) {
    const why = `${(error as Error).message} ${server.ended() ?? ''}`
    throw new Error(`${each.program.name}, ${direction}: ${why}`, { cause: error })
  }
}

/** nginx with a file. */
async function source(folder: string, tls: boolean, bytes: number): Promise<[Upstream, Command]> {
  // Without blocks on the disk: it is read from memory, and zeros are as long on the way as anything else.
  writeFileSync(join(folder, 'content'), '')
  truncateSync(join(folder, 'content'), bytes)
  return configureUpstream(folder, await freePort(), tls)
}

async function sink(folder: string, tls: boolean): Promise<[Upstream, Command]> {
  const port = await freePort()
  const ca = join(folder, 'ca.pem')
  if (tls) writeCertificates(folder, ca)
  const files = tls ? [join(folder, 'upstream.pem'), join(folder, 'upstream.key')] : []
  const args = [SINK, String(port), ...files]
  return [
    { port, origin: `http${tls ? 's' : ''}://127.0.0.1:${port}`, ca: tls ? ca : undefined },
    { file: process.execPath, args, folder, output: join(folder, 'sink.log') },
  ]
}

const CLIENT = fileURLToPath(new URL('transfer-client.js', import.meta.url))
const SINK = fileURLToPath(new URL('sink.js', import.meta.url))
