import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, posix } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

// The sources beside the compiled tests: dist/test/unit -> the project's src.
const SRC = fileURLToPath(new URL('../../../src/', import.meta.url))

/** What every part says about HTTP, settings, logs and 8x8's API. */
const BASE = ['api', 'http', 'config', 'telemetry']
const WIRED = [...BASE, 'token', 'door', 'proxy', 'server', 'local', 'inspector']

/**
 * What each room, and each file directly in src, may know besides itself: rooms, or single files of one. It holds for what
 * is imported through others too, and for types.
 */
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  api: [],
  // An exchange names the family that its path belongs to.
  http: ['api'],
  // Paths in settings are read as those of requests are.
  config: ['api', 'http'],
  telemetry: ['api', 'http'],
  token: BASE,
  door: BASE,
  // Requests need tokens, but not how they are obtained: token-source.ts is the interface, and imports nothing.
  proxy: [...BASE, 'token/token-source.ts'],
  // What it needs of door and proxy comes as an argument from app.ts.
  server: BASE,
  local: [...BASE, 'token'],
  inspector: [...BASE, 'token'],
  // It tries the program's own way to 8x8 step by step.
  doctor: [...BASE, 'token', 'proxy', 'system.ts'],
  // A simulation that shared code with the proxy would share its misunderstandings; what 8x8 documents is data.
  sandbox: ['api'],
  // The environment of the proxy in front of it.
  'sandbox/environment.ts': ['config', 'http', 'api'],
  'clock.ts': [],
  'system.ts': BASE,
  'app.ts': WIRED,
  'serve.ts': [...WIRED, 'app.ts', 'system.ts'],
  'main.ts': [...WIRED, 'doctor', 'sandbox', 'app.ts', 'serve.ts', 'system.ts', 'clock.ts'],
}

/** Which files each file imports. */
type Imports = ReadonlyMap<string, readonly string[]>

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
  .sort()
const sources = new Map(files.map((file) => [file, readFileSync(SRC + file, 'utf8')]))
const imports: Imports = new Map([...sources].map(([file, source]) => [file, importsOf(file, source)]))

test('each room knows only what the table says, straight and through others', () => {
  assert.ok([...imports.values()].flat().length > 300, 'the imports were found')
  report(violations(imports, MAY_KNOW))
})

test('no rooms know each other in a circle', () => {
  report(cycles(imports))
})

test('only main reaches the sandbox', () => {
  const chains = files
    .filter((file) => roomOf(file) !== 'sandbox' && file !== 'main.ts')
    .flatMap((file) => chainsFrom(file, imports, (other) => roomOf(other) === 'sandbox'))
  report(chains.map((chain) => `${chain.join(' -> ')}: only main.ts may know the sandbox`))
})

test('no file imports main', () => {
  report(files.filter((file) => imports.get(file)!.includes('main.ts')))
})

test('only main says process', () => {
  const sayers = files.filter((file) =>
    /(?<![\w.'-])process\.\w|node:process|globalThis\.process|[=(,] process\b/.test(
      sources.get(file)!.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, ''),
    ),
  )
  assert.deepEqual(sayers, ['main.ts'])
})

test('no file is longer than 300 lines, but for lists of calls and the sandbox', () => {
  const long = [...sources]
    .filter(([file]) => !file.startsWith('api/calls/') && roomOf(file) !== 'sandbox')
    .map(([file, source]) => ({ file, lines: source.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 300)
  report(long.map(({ file, lines }) => `${file} has ${lines} lines`))
})

test('at most eight files lie directly in src', () => {
  const loose = files.filter((file) => !file.includes('/'))
  assert.ok(loose.length <= 8, loose.join(', '))
})

test('no two files have one name, but for the calls of a family and their simulation', () => {
  const names = new Set(files.map((file) => basename(file)))
  const doubled = [...names]
    .map((name) => files.filter((file) => basename(file) === name))
    .filter((paths) => paths.length > 1)
    .filter((paths) => !/^api\/calls\/(\S+) sandbox\/families\/\1$/.test(paths.join(' ')))
  report(doubled.map((paths) => paths.join(' and ')))
})

test('no two exported types have one name', () => {
  const places = new Map<string, string[]>()
  for (const [file, source] of sources) {
    for (const [, name] of source.matchAll(/^export (?:interface|type|class) (\w+)/gm)) {
      places.set(name!, [...(places.get(name!) ?? []), file])
    }
  }
  const doubled = [...places].filter(([, among]) => among.length > 1)
  report(doubled.map(([name, among]) => `${name} is exported by ${among.join(' and ')}`))
})

test('what is imported through others is found, and named by the chain of imports', () => {
  const made: Imports = new Map([
    ['door/door.ts', ['http/exchange.ts', 'door/policy.ts']],
    ['door/policy.ts', []],
    ['http/exchange.ts', ['inspector/capture.ts']],
    ['inspector/capture.ts', ['http/exchange.ts']],
    ['proxy/forward.ts', ['token/token-source.ts', 'token/tokens.ts']],
    ['token/token-source.ts', []],
    ['token/tokens.ts', []],
    ['elsewhere/new.ts', []],
  ])
  const table = {
    http: [],
    door: ['http'],
    inspector: ['http'],
    proxy: ['token/token-source.ts'],
    token: [],
  }

  assert.deepEqual(violations(made, table), [
    'door/door.ts -> http/exchange.ts -> inspector/capture.ts: door may not know inspector',
    'http/exchange.ts -> inspector/capture.ts: http may not know inspector',
    'proxy/forward.ts -> token/tokens.ts: proxy may not know token',
    'elsewhere/new.ts: the table has no row for elsewhere',
  ])
  assert.deepEqual(cycles(made), [
    'http -> inspector -> http: http/exchange.ts imports inspector/capture.ts, inspector/capture.ts imports http/exchange.ts',
  ])
})

function report(found: readonly string[]): void {
  assert.ok(found.length === 0, `\n${found.join('\n')}\n`)
}

function importsOf(file: string, source: string): string[] {
  const paths = source.matchAll(/(?:\bfrom|^import|\bimport\()\s*'(\.[^']+)'/gm)
  return [...paths].map(([, path]) => posix.join(dirname(file), path!).replace(/\.js$/, '.ts'))
}

/** A folder directly in src; a file there is a room of its own. */
function roomOf(file: string): string {
  return file.split('/', 1)[0]!
}

function violations(graph: Imports, table: typeof MAY_KNOW): string[] {
  const found = new Map<string, { chain: string[]; message: string }>()
  for (const file of graph.keys()) {
    const room = roomOf(file)
    const allowed = table[file] ?? table[room]
    if (allowed === undefined) {
      found.set(room, { chain: [file], message: `${file}: the table has no row for ${room}` })
      continue
    }
    const isForbidden = (other: string) =>
      roomOf(other) !== room && !allowed.includes(roomOf(other)) && !allowed.includes(other)
    for (const chain of chainsFrom(file, graph, isForbidden)) {
      // One wrong import is told once for each room that gets to know something by it, by the shortest chain.
      const key = [room, ...chain.slice(-2)].join()
      const known = found.get(key)
      if (known !== undefined && known.chain.length <= chain.length) continue
      const message = `${chain.join(' -> ')}: ${room} may not know ${roomOf(chain.at(-1)!)}`
      found.set(key, { chain, message })
    }
  }
  return [...found.values()].map(({ message }) => message)
}

/** The shortest chain of imports from a file to each that `isEnd`; what those import is not looked at. */
function chainsFrom(file: string, graph: Imports, isEnd: (file: string) => boolean): string[][] {
  const seen = new Set([file])
  const ends: string[][] = []
  const chains = [[file]]
  for (const chain of chains) {
    for (const next of graph.get(chain.at(-1)!) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      ;(isEnd(next) ? ends : chains).push([...chain, next])
    }
  }
  return ends
}

/** The shortest circle of rooms through each room, with an import for each step. */
function cycles(graph: Imports): string[] {
  const rooms = new Map<string, Map<string, string>>()
  for (const [file, targets] of graph) {
    const known = rooms.get(roomOf(file)) ?? new Map<string, string>()
    rooms.set(roomOf(file), known)
    for (const target of targets) {
      if (roomOf(target) !== roomOf(file)) known.set(roomOf(target), `${file} imports ${target}`)
    }
  }
  const found = new Map<string, string>()
  for (const start of rooms.keys()) {
    const seen = new Set<string>()
    const chains = [[start]]
    search: for (const chain of chains) {
      for (const next of rooms.get(chain.at(-1)!)?.keys() ?? []) {
        if (next === start) {
          const circle = [...chain, start]
          const steps = chain.map((room, i) => rooms.get(room)!.get(circle[i + 1]!)!)
          const key = [...chain].sort().join()
          if (!found.has(key)) found.set(key, `${circle.join(' -> ')}: ${steps.join(', ')}`)
          break search
        }
        if (!seen.has(next)) chains.push([...chain, next])
        seen.add(next)
      }
    }
  }
  return [...found.values()]
}
