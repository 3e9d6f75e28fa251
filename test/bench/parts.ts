import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writePostScript } from './load.js'
import { measure } from './measure.js'
import type { Options, Part } from './options.js'
import { BASELINE, type Program, SHIPPED } from './programs.js'
import { reportScenes } from './report-scenes.js'
import { HOW_TO_READ_TRANSFERS, reportTransfers } from './report-transfers.js'
import { reportRequests, reportStart, reportTail } from './report.js'
import { playScenes } from './scenes.js'
import { freePort, startServer } from './start.js'
import { measureTransfers } from './transfers.js'
import { configureUpstream } from './upstream.js'

/** Who takes part unless programs are named; all do where there is no list. */
export const USUAL: Readonly<Partial<Record<Part, readonly string[]>>> = {
  tail: [SHIPPED, 'bare'],
  transfers: [SHIPPED, BASELINE, 'bare', 'nginx', 'caddy'],
  scenes: [SHIPPED, BASELINE, 'nginx', 'caddy'],
}

export interface PartWorld {
  readonly options: Options
  /** A temporary one; each part makes its own in it. */
  readonly folder: string
  readonly progress: (text: string) => void
}

/** Measures one part. @returns its tables */
export function runPart(part: Part, taking: readonly Program[], world: PartWorld): Promise<string> {
  return RUNS[part](taking, world)
}

const RUNS: Readonly<Record<Part, (taking: readonly Program[], world: PartWorld) => Promise<string>>> = {
  async requests(taking, world) {
    const all = await load('requests', taking, world, world.options.connections)
    const baseline = baselineOf(all, BASELINE)
    return `${reportRequests(all, baseline)}\n${reportStart(all, baseline)}`
  },
  async tail(taking, world) {
    const all = await load('tail', taking, world, TAIL_CONNECTIONS)
    return reportTail(all, baselineOf(all, 'bare'), TAIL_CONNECTIONS)
  },
  async transfers(taking, { options: { tls, rounds, mebibytes }, folder, progress }) {
    const reports: string[] = []
    for (const direction of ['download', 'upload'] as const) {
      const all = await measureTransfers(direction, taking, { folder, tls, rounds, mebibytes, progress })
      reports.push(reportTransfers(direction, all, baselineOf(all, BASELINE)))
    }
    return `${reports.join('\n')}\n${HOW_TO_READ_TRANSFERS}`
  },
  async scenes(taking, { options: { calls, silenceSeconds }, folder, progress }) {
    const all = await playScenes(taking, { folder, calls, silenceSeconds, progress })
    return reportScenes(all, baselineOf(all, 'caddy', 'nginx'), silenceSeconds)
  },
}

// More callers than connections that a client library usually opens, and few enough for latency to be more than waiting in line.
const TAIL_CONNECTIONS = 64

async function load(
  part: Part,
  taking: readonly Program[],
  { options, folder, progress }: PartWorld,
  connections: number,
) {
  const own = join(folder, part)
  mkdirSync(own)
  const [upstream, command] = configureUpstream(own, await freePort(), options.tls)
  const upstreamServer = await startServer(command, upstream.origin)
  const all = await measure(taking, {
    folder: own,
    upstream,
    upstreamPid: upstreamServer.pid,
    options,
    connections,
    script: options.post ? writePostScript(own) : undefined,
    progress: (text) => progress(`${part}, ${text}`),
  })
  await upstreamServer.stop()
  return all
}

/** The first of these that takes part, or whatever comes first. */
function baselineOf<T extends { readonly program: Program }>(all: readonly T[], ...names: string[]): T {
  const candidates = names.map((name) => all.find(({ program }) => program.name === name))
  return candidates.find((candidate) => candidate !== undefined) ?? all[0]!
}
