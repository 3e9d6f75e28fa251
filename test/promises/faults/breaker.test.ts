import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MADE_UP } from '../../support/program.js'
import { rawResponse, respondingWith, type Script, startFaultServer } from './fault-server.js'
import { outcomeOf, place, readPage, startBench } from './support.js'
import { until } from '../../support/until.js'

interface UpstreamStatus {
  readonly state: string
  readonly failures: number
  readonly retryInSeconds: number | null
}

/** Only calls are to be counted: tokens are asked for where nothing listens. */
const NO_TOKENS = { ...MADE_UP, X8_TOKEN_URL: 'http://127.0.0.1:9/oauth/v2/token' }

/** A program in front of an API whose connections are not usable: the handshake never succeeds, and is counted. */
async function startHandshakes(...scripts: readonly Script[]) {
  const far = await startFaultServer(...scripts)
  const environment = {
    ...NO_TOKENS,
    X8_BASE_URL: `https://127.0.0.1:${far.port}`,
    X8_CONNECT_TIMEOUT_MS: '60000',
  }
  return { far, ...(await startBench(environment)) }
}

async function upstreamStatus(port: number): Promise<UpstreamStatus> {
  const { body } = await readPage(port, '/-/status', [])
  return (JSON.parse(body.toString()) as { upstream: UpstreamStatus }).upstream
}

/** Calls of a family whose credential is a key: no token endpoint takes part. */
async function call(port: number, times = 1): Promise<string[]> {
  const responses = await Promise.all(Array.from({ length: times }, () => place(port, 'KEYED', [])))
  return responses.map((raw) => outcomeOf('KEYED', raw))
}

const pauseIsOver = (port: number) => until(async () => (await upstreamStatus(port)).retryInSeconds === 0)
const reset: Script = async (peer) => peer.reset()
const stall: Script = async () => undefined

const UNREACHABLE = '502 upstream-unreachable'

test(
  'after five calls that found no connection, 200 callers get their error without another attempt',
  { timeout: 60_000 },
  async () => {
    const { far, port } = await startHandshakes(reset)
    // Two attempts a call: what was never sent is tried once more. They count as one failure.
    for (let i = 0; i < 4; i += 1) assert.deepEqual(await call(port), [UNREACHABLE])
    assert.equal(far.connections, 8)
    assert.deepEqual(await upstreamStatus(port).then(({ state, failures }) => ({ state, failures })), {
      state: 'closed',
      failures: 4,
    })
    // The fifth failure is this call's first; its second attempt is not made any more.
    assert.deepEqual(await call(port), [`${UNREACHABLE} later`])
    assert.equal(far.connections, 9)

    const { state, failures, retryInSeconds } = await upstreamStatus(port)
    assert.deepEqual({ state, failures }, { state: 'open', failures: 5 })
    assert.ok(retryInSeconds !== null && retryInSeconds <= 1)
    const outcomes = await call(port, 200)
    // A slow machine may get to the end of the pause on the way.
    if ((await upstreamStatus(port)).failures === 5) {
      assert.deepEqual(new Set(outcomes), new Set([`${UNREACHABLE} later`]))
      assert.equal(far.connections, 9)
    }
  },
)

test(
  'at the end of the pause one caller is the probe, and the others go on failing at once',
  { timeout: 60_000 },
  async () => {
    const { far, port } = await startHandshakes(...Array.from({ length: 9 }, () => reset), stall)
    for (let i = 0; i < 5; i += 1) await call(port)
    await pauseIsOver(port)
    assert.equal(far.connections, 9)

    // Its connection is accepted and never gets any further.
    const probe = call(port)
    await until(() => far.connections === 10)
    const outcomes = await call(port, 200)

    assert.deepEqual(new Set(outcomes), new Set([`${UNREACHABLE} later`]))
    assert.equal(far.connections, 10)
    await far.close()
    assert.deepEqual(await probe, [`${UNREACHABLE} later`])
    const { state, failures } = await upstreamStatus(port)
    assert.deepEqual({ state, failures }, { state: 'open', failures: 6 })
  },
)

test(
  'an API that is back is found by the probe, and every request is let through again',
  { timeout: 60_000 },
  async () => {
    const far = await startFaultServer(respondingWith(rawResponse(200, 'back')))
    const { port, program } = await startBench({ ...NO_TOKENS, X8_BASE_URL: far.origin })
    assert.deepEqual(await call(port), ['200'])
    await far.refuse()
    for (let i = 0; i < 5; i += 1) await call(port)
    assert.equal((await upstreamStatus(port)).state, 'open')

    await far.listen()
    const { connections } = far
    assert.deepEqual(await call(port), [`${UNREACHABLE} later`])
    assert.equal(far.connections, connections)
    await pauseIsOver(port)
    assert.deepEqual(await call(port), ['200'])

    const { state, failures, retryInSeconds } = await upstreamStatus(port)
    assert.deepEqual(
      { state, failures, retryInSeconds },
      { state: 'closed', failures: 0, retryInSeconds: null },
    )
    assert.deepEqual(new Set(await call(port, 50)), new Set(['200']))
    program.kill('SIGTERM')
    assert.equal((await program.exited).code, 0)
  },
)

test('responses, however bad, do not open the breaker', { timeout: 60_000 }, async () => {
  const far = await startFaultServer(async (peer, n) => {
    await peer.request()
    if (n % 2 === 0) return peer.reset()
    await peer.send(rawResponse(503, 'no', 'Connection: close'))
    peer.halfClose()
  })
  const { port } = await startBench({ ...NO_TOKENS, X8_BASE_URL: far.origin })
  for (let i = 0; i < 10; i += 1) await call(port)

  assert.equal((await upstreamStatus(port)).state, 'closed')
  assert.equal(far.heads.length, 10)
})
