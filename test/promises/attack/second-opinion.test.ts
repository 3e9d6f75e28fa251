import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { startProxy } from '../../support/proxy.js'
import { readToEnd } from '../../support/raw-client.js'
import { CORPUS } from './corpus.js'
import { startRecorder, type Arrival, type Recorder } from './recorder.js'
import { isInstalled, startHaproxy, startNginx, type Address } from './reference-proxies.js'
import { skippedWithout } from '../../support/required.js'

/** What became of one attack behind one proxy. */
interface Outcome {
  readonly name: string
  /** What reached the server behind, but for the probe that followed. */
  readonly arrivals: readonly Arrival[]
  /** Which requests' responses came back on the connection, in their order. */
  readonly answered: readonly string[]
  readonly statusLine: string
}

const PATIENCE_MS = 4_000
const skip = skippedWithout(['nginx', 'haproxy'].filter((program) => !isInstalled(program)))
const behindOurs = await startRecorder()
const proxy = await startProxy({ X8_BASE_URL: behindOurs.origin, X8_IDLE_TIMEOUT_MS: '1000' })
const running = [attackAll({ port: proxy.port, host: '127.0.0.1' }, behindOurs)]
for (const start of skip === false ? [startNginx, startHaproxy] : []) {
  const recorder = await startRecorder()
  running.push(start(recorder.port).then((address) => attackAll(address, recorder)))
}
const [ours = [], nginx = [], haproxy = []] = await Promise.all(running)

test('no attack makes two requests of one', () => {
  assert.deepEqual(behindOurs.malformed, [])
  assert.deepEqual(
    behindOurs.arrivals.filter(({ head }) => !/q\d{3}/.test(head)).map(({ head }) => head),
    [],
    'whose is it?',
  )
  for (const { name, arrivals } of ours) {
    assert.ok(arrivals.length <= 1, `${name}: ${arrivals.map(({ target }) => target).join(' and ')}`)
    for (const { target, complete } of arrivals) {
      assert.doesNotMatch(target, /^\/smuggled/, name)
      assert.ok(complete, name)
    }
  }
})

test('after an attack, the responses on its connection are those to its requests, in their order', () => {
  ours.forEach(({ name, answered, arrivals }, i) => {
    const expected = [...arrivals.map(({ method, target }) => `${method} ${target}`), `GET ${probeOf(i)}`]
    // A connection may end early, but what comes is what belongs there.
    assert.deepEqual(answered, expected.slice(0, answered.length), name)
  })
  const answeredProbes = ours.filter(({ answered }, i) => answered.includes(`GET ${probeOf(i)}`))
  assert.ok(answeredProbes.length > 50, `${answeredProbes.length} connections were probed`)
})

test('what is forwarded gets a response, whatever follows it', () => {
  for (const { name, arrivals, statusLine } of ours)
    if (arrivals.length > 0) assert.match(statusLine, /^HTTP\/1\.1 (?:200|100) /, name)
})

test('what nginx and HAProxy both refuse is not forwarded', { skip }, (context) => {
  const refusedByBoth = CORPUS.filter((_, i) => !passes(nginx[i]!) && !passes(haproxy[i]!))
  const forwarded = refusedByBoth.filter((attack) => ours[CORPUS.indexOf(attack)]!.arrivals.length > 0)
  assert.deepEqual(forwarded, CORPUS.filter(({ differs }) => differs !== undefined)) // prettier-ignore
  context.diagnostic(`${CORPUS.length} attacks, ${refusedByBoth.length} refused by both`)
  assert.ok(refusedByBoth.length > 100)
})

test('what passes has the body that nginx and HAProxy see', { skip }, () => {
  let compared = 0
  ours.forEach(({ name, arrivals }, i) => {
    for (const other of [nginx[i]!, haproxy[i]!]) {
      if (arrivals.length === 0 || !passes(other)) continue
      compared += 1
      assert.equal(arrivals[0]!.body, other.arrivals[0]!.body, name)
      assert.equal(arrivals[0]!.method, other.arrivals[0]!.method, name)
    }
  })
  assert.ok(compared > 50, `${compared} are compared`)
})

function passes({ arrivals }: Outcome): boolean {
  return arrivals.some(({ complete }) => complete)
}

/** Sends the whole corpus, each attack on a connection of its own with a probe right behind it. */
async function attackAll(address: Address, recorder: Recorder): Promise<Outcome[]> {
  const responses: Buffer[] = []
  let next = 0
  const attacker = async () => {
    for (let i = next++; i < CORPUS.length; i = next++) {
      const id = idOf(i)
      const probe = `GET ${probeOf(i)} HTTP/1.1\r\nHost: localhost\r\nX-Case: ${id}\r\nConnection: close\r\n\r\n`
      const raw = `${CORPUS[i]!.raw.replaceAll('{id}', id)}${probe}`
      responses[i] = await exchange(address, Buffer.from(raw, 'latin1'))
    }
  }
  await Promise.all(Array.from({ length: 24 }, attacker))
  return CORPUS.map(({ name }, i) => ({
    name,
    arrivals: recorder.arrivals.filter(({ head, target }) => head.includes(idOf(i)) && target !== probeOf(i)),
    answered: [...responses[i]!.toString('latin1').matchAll(/^X-Seen: (.*)\r$/gim)].map(([, seen]) =>
      decodeURIComponent(seen!),
    ),
    statusLine: responses[i]!.toString('latin1').split('\r\n')[0]!,
  }))
}

function idOf(index: number): string {
  // As long as `{id}`, and in no port or UUID.
  return `q${String(index).padStart(3, '0')}`
}

function probeOf(index: number): string {
  return `/probe/${idOf(index)}`
}

/** Every proxy ends the connection after the probe; one that took the probe for a body waits, but not for ever. */
async function exchange(address: Address, bytes: Buffer): Promise<Buffer> {
  const socket = connect(address)
  const patience = setTimeout(() => socket.destroy(), PATIENCE_MS)
  socket.write(bytes)
  const response = await readToEnd(socket)
  clearTimeout(patience)
  return response
}
