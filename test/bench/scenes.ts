import { mkdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Running } from './processes.js'
import type { Program } from './programs.js'
import { freePort, startAccepting, startServer } from './start.js'
import { configureUpstream, TARGET, type Upstream } from './upstream.js'

/** What a program did in a scene. */
export interface Scene {
  readonly latenciesMs: number[]
  /** How many connections it opened to the upstream. */
  connections: number
}

export interface Staged {
  readonly program: Program
  /** The first call after the program says that it is ready. */
  readonly firstCall: Scene
  /** A wall board that polls. */
  readonly polls: Scene
  /** POSTs, each after a silence. */
  readonly posts: Scene
}

export interface SceneOptions {
  readonly folder: string
  /** Of each scene. */
  readonly calls: number
  readonly silenceSeconds: number
  readonly progress: (text: string) => void
}

export const ROUND_TRIP_MS = 60
// What a start leaves to do has been done by then, where nothing says that it has.
const SETTLING_MS = 1_000

/**
 * Plays the scenes of users who call now and then, to an upstream over TLS a round trip away, which keeps idle connections
 * for ten minutes and gives no hint of that. All programs play side by side, each behind relays of its own, and hardly ever
 * call at the same moment.
 */
export async function playScenes(taking: readonly Program[], options: SceneOptions): Promise<Staged[]> {
  const folder = join(options.folder, 'scenes')
  mkdirSync(folder)
  const [upstream, command] = configureUpstream(folder, await freePort(), true)
  const upstreamServer = await startServer(command, upstream.origin)
  const [relaysServer, relays] = await startRelays(folder, upstream.port, 3 * taking.length)
  let next = 0
  const place = (program: Program): Stage => {
    const own = join(folder, `${program.name}-${(next += 1)}`)
    mkdirSync(own)
    return { folder: own, upstream, relays, relay: next - 1 }
  }
  const all = taking.map((program) => ({
    program,
    firstCall: emptyScene(),
    polls: emptyScene(),
    posts: emptyScene(),
    stages: [place(program), place(program), place(program)] as const,
  }))

  // Those that say when they are ready come last, so that nothing else starts between that and the call.
  const inOrder = all.toSorted(
    (a, b) => Number(a.program.readyPath !== undefined) - Number(b.program.readyPath !== undefined),
  )
  for (let turn = 1; turn <= options.calls; turn += 1) {
    options.progress(`scenes: first call, start ${turn} of ${options.calls}`)
    const settling = inOrder.filter(({ program }) => program.readyPath === undefined)
    const running = new Map(
      await Promise.all(
        settling.map(async (one) => [one, await startProgram(one.program, one.stages[0])] as const),
      ),
    )
    await sleep(SETTLING_MS)
    for (const one of inOrder) {
      const actor = running.get(one) ?? (await startProgram(one.program, one.stages[0]))
      const before = await actor.connections()
      one.firstCall.latenciesMs.push(await call(actor, 'GET'))
      one.firstCall.connections += (await actor.connections()) - before
      await actor.server.stop()
    }
  }

  options.progress(`scenes: polls and POSTs, ${options.calls} with ${options.silenceSeconds} s between them`)
  const plays = all.flatMap(({ program, polls, posts, stages }) => [
    { program, scene: polls, method: 'GET' as const, stage: stages[1] },
    { program, scene: posts, method: 'POST' as const, stage: stages[2] },
  ])
  const actors = await Promise.all(plays.map(({ program, stage }) => startProgram(program, stage)))
  await sleep(SETTLING_MS)
  // A call before the first silence opens what it needs; that is another scene.
  for (const [i, actor] of actors.entries()) await call(actor, plays[i]!.method)
  const silenceMs = options.silenceSeconds * 1000
  await Promise.all(
    plays.map(async ({ scene, method }, i) => {
      const actor = actors[i]!
      const before = await actor.connections()
      // Spread over the first silence, so that they do not wait for each other's turn on the CPU.
      await sleep((i * silenceMs) / plays.length)
      for (let turn = 1; turn <= options.calls; turn += 1) {
        await sleep(silenceMs)
        scene.latenciesMs.push(await call(actor, method))
      }
      // In the silences too.
      scene.connections = (await actor.connections()) - before
    }),
  )
  await Promise.all([
    ...actors.map(({ server }) => server.stop()),
    relaysServer.stop(),
    upstreamServer.stop(),
  ])
  return all.map(({ program, firstCall, polls, posts }) => ({ program, firstCall, polls, posts }))
}

/** Where a program plays a scene. */
interface Stage {
  readonly folder: string
  readonly upstream: Upstream
  readonly relays: Relays
  /** The number of its relay. */
  readonly relay: number
}

interface Actor {
  readonly server: Running
  readonly port: number
  connections(): Promise<number>
}

async function startProgram(program: Program, { folder, upstream, relays, relay }: Stage): Promise<Actor> {
  const port = await freePort()
  const relayPort = relays.ports[relay]!
  const behindRelay = { ...upstream, port: relayPort, origin: `https://127.0.0.1:${relayPort}` }
  const command = program.command({ folder, port, upstream: behindRelay })
  const server =
    program.readyPath === undefined
      ? await startAccepting(command, port)
      : await startServer(command, `http://127.0.0.1:${port}${program.readyPath}`)
  return { server, port, connections: async () => (await relays.connections())[relay]! }
}

/** Makes one call. @returns how long it took, in milliseconds */
async function call({ server, port }: Actor, method: 'GET' | 'POST'): Promise<number> {
  const began = performance.now()
  const status = await statusOf(port, method)
  if (status !== 200) throw new Error(`${method} in a scene: status ${status}. ${server.ended() ?? ''}`)
  return performance.now() - began
}

function statusOf(port: number, method: 'GET' | 'POST'): Promise<number> {
  return new Promise((resolve, reject) => {
    const body = method === 'POST' ? '{"text":"hello"}' : ''
    const headers =
      method === 'POST' ? { 'Content-Type': 'application/json', 'Content-Length': body.length } : {}
    request({ port, host: '127.0.0.1', path: TARGET, method, headers, agent: false }, (response) => {
      response
        .on('error', reject)
        .on('end', () => resolve(response.statusCode!))
        .resume()
    })
      .on('error', reject)
      .end(body)
  })
}

interface Relays {
  readonly ports: readonly number[]
  /** How many each has accepted so far. */
  connections(): Promise<number[]>
}

async function startRelays(folder: string, to: number, count: number): Promise<[Running, Relays]> {
  const control = `http://127.0.0.1:${await freePort()}`
  const args = [RELAYS, new URL(control).port, String(to), String(ROUND_TRIP_MS), String(count)]
  const output = join(folder, 'relays.log')
  const server = await startServer({ file: process.execPath, args, folder, output }, control)
  const state = async () => (await (await fetch(control)).json()) as { port: number; connections: number }[]
  return [
    server,
    {
      ports: (await state()).map(({ port }) => port),
      connections: async () => (await state()).map(({ connections }) => connections),
    },
  ]
}

function emptyScene(): Scene {
  return { latenciesMs: [], connections: 0 }
}

const RELAYS = fileURLToPath(new URL('relays.js', import.meta.url))
