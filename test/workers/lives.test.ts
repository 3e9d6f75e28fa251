import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { open, readAnswer, send } from '../support/http-client.js'
import { MADE_UP, startProgram, temporaryFolder } from '../support/program.js'
import { startUpstream } from '../support/upstream.js'
import { BEARER, callers, isAlive, logged, startWorkers, statuses } from './workers.js'
import { until } from '../support/until.js'

/** Workers with requests in flight on each of them, which 8x8 answers when the test says so. */
async function startBusy(environment: Record<string, string> = {}, group = false) {
  const pending: ServerResponse[] = []
  const upstream = await startUpstream({ answer: (_request, response) => void pending.push(response) })
  const workers = await startWorkers(
    { X8_WORKERS: '2', X8_BASE_URL: upstream.origin, ...environment },
    { group },
  )
  const answers = callers(workers.port, 20)
  // Those that expect a failure look at it later.
  answers.catch(() => undefined)
  await until(() => pending.length === 20)
  return {
    ...workers,
    upstream,
    answers,
    answerAll: () => pending.forEach((response) => response.end('whole')),
  }
}

suite('the lives of several workers', { timeout: 120_000, concurrency: 1 }, () => {
  test('they print one line that they listen, with one port for all, and take turns with connections', async () => {
    const upstream = await startUpstream()
    const { port, program, pids } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
    const agents = Array.from({ length: 20 }, () => new Agent({ keepAlive: true }))
    let closed = 0
    // One after the other: of connections that come at once the worker that is free sooner takes more.
    for (const agent of agents) {
      const client = open(port, { path: BEARER, agent }).end()
      client.once('socket', (socket) => socket.once('close', () => (closed += 1)))
      const [response] = (await once(client, 'response')) as [IncomingMessage]
      await readAnswer(response)
    }

    assert.equal(logged(program).filter(({ address }) => address !== undefined).length, 1)
    assert.equal(new Set(pids()).size, 2)
    assert.ok(!pids().includes(program.pid))
    process.kill(pids()[0]!, 'SIGKILL')
    // Half of the connections were with one of two.
    await until(() => closed >= 10)
    await until(() => pids().length === 3)
    assert.equal(closed, 10)
    agents.forEach((agent) => agent.destroy())
  })

  test('a worker that is killed is replaced, without a new token and on the same port', async () => {
    const upstream = await startUpstream()
    const { port, program, pids } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
    await callers(port, 10)

    process.kill(pids()[1]!, 'SIGKILL')
    await until(() => pids().length === 3)

    assert.deepEqual(statuses(await callers(port, 20)), { 200: 20 })
    assert.equal(upstream.tokenRequests, 1)
    const { workers } = JSON.parse((await send(port, { path: '/-/status' })).text) as { workers: object }
    assert.deepEqual(workers, { count: 2, restarts: 1 })
    assert.ok(
      logged(program).some(
        ({ msg, signal }) => msg === 'a worker ended, it is replaced' && signal === 'SIGKILL',
      ),
    )
  })

  test('when all workers are killed at once, others take their place at the same address', async () => {
    const upstream = await startUpstream()
    const { port, pids } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
    await callers(port, 4)

    for (const pid of pids()) process.kill(pid, 'SIGKILL')
    await until(() => pids().length >= 4)
    for (const pid of pids().slice(2)) process.kill(pid, 'SIGKILL')
    await until(() => pids().length >= 6)

    assert.deepEqual(statuses(await callers(port, 20)), { 200: 20 })
    assert.equal(upstream.tokenRequests, 1)
  })

  test('a worker that is asked to end alone finishes its requests, and is replaced', async () => {
    const { port, pids, answers, answerAll, program } = await startBusy()

    process.kill(pids()[0]!, 'SIGTERM')
    await program.seen(/"msg":"shutting down"/)
    answerAll()

    assert.deepEqual(statuses(await answers), { 200: 20 })
    await until(() => pids().length === 3)
    assert.equal((await send(port, { path: '/-/ready' })).status, 200)
  })

  for (const [whom, group] of [
    ['to the program', false],
    ['to all its processes, as Ctrl-C goes', true],
  ] as const) {
    test(`SIGTERM ${whom} drops no request of any worker`, async () => {
      const { program, pids, answers, answerAll } = await startBusy({}, group)

      if (group) program.killGroup('SIGTERM')
      else program.kill('SIGTERM')
      await until(() => logged(program).filter(({ msg }) => msg === 'shutting down').length === 2)
      answerAll()

      const all = await answers
      assert.deepEqual(statuses(all), { 200: 20 })
      assert.ok(all.every(({ text }) => text === 'whole'))
      assert.deepEqual(await program.exited, { code: 0, signal: null })
      assert.doesNotMatch(program.stdout(), /it is replaced/)
      assert.deepEqual(pids().filter(isAlive), [])
    })
  }

  test('requests that outlast the grace time are cut, and the exit code says so', async () => {
    const { program, pids, answers } = await startBusy({ X8_SHUTDOWN_GRACE_MS: '100' })
    program.kill('SIGTERM')
    await assert.rejects(answers)
    assert.equal((await program.exited).code, 1)
    assert.deepEqual(pids().filter(isAlive), [])
  })

  test('a second signal ends all at once', async () => {
    const { program, pids, answers } = await startBusy({ X8_SHUTDOWN_GRACE_MS: '600000' })
    program.kill('SIGTERM')
    await program.seen(/"msg":"shutting down"/)
    program.kill('SIGTERM')
    await assert.rejects(answers)
    assert.equal((await program.exited).code, 143)
    await until(() => !pids().some(isAlive))
  })

  test('workers whose primary is killed finish their requests and end', async () => {
    const { program, port, pids, answers, answerAll } = await startBusy()
    program.kill('SIGKILL')
    await until(async () => (await send(port, {}).catch(() => undefined)) === undefined)
    assert.equal(pids().filter(isAlive).length, 2, 'requests are in flight')
    answerAll()

    assert.deepEqual(statuses(await answers), { 200: 20 })
    await until(() => !pids().some(isAlive))
  })

  test('a port that is taken is said once, as without workers', async () => {
    const taken = createServer()
    await once(taken.listen(0, '127.0.0.1'), 'listening')
    const { port } = taken.address() as AddressInfo

    const program = startProgram({ environment: { ...MADE_UP, X8_PORT: String(port), X8_WORKERS: '3' } })

    assert.equal((await program.exited).code, 1)
    assert.match(program.stderr(), /^8x8-auth-proxy: The port is taken by another program.*\n$/)
    assert.equal(program.stdout(), '')
    taken.close()
  })

  test('a Unix socket is for this user only, and one that a crash left behind is taken over', async () => {
    const upstream = await startUpstream()
    const socket = join(temporaryFolder(), 'proxy.sock')
    const environment = { X8_SOCKET: socket, X8_PORT: '', X8_WORKERS: '2', X8_BASE_URL: upstream.origin }
    const started = () => startProgram({ environment: { ...MADE_UP, X8_LOG_LEVEL: 'debug', ...environment } })

    const first = started()
    assert.equal(await first.address, socket)
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    first.kill('SIGKILL')
    await first.exited
    assert.ok(existsSync(socket))

    const second = started()
    await second.address
    for (const { pid, msg } of logged(second))
      if (msg === 'a worker listens') process.kill(pid as number, 'SIGKILL')
    await until(() => logged(second).filter(({ msg }) => msg === 'a worker listens').length === 4)
    assert.equal(statSync(socket).mode & 0o777, 0o600, 'made anew by the second pair of workers')
    second.kill('SIGTERM')
    assert.equal((await second.exited).code, 0)
    assert.ok(!existsSync(socket))
  })

  test('settings and secrets from a file reach the workers as they reach the program', async () => {
    const folder = temporaryFolder()
    const upstream = await startUpstream()
    writeFileSync(
      join(folder, '.env'),
      `X8_APP_KEY=from-file\nX8_APP_SECRET=secret\nX8_BASE_URL=${upstream.origin}\nX8_WORKERS=2\nX8_PROXY_KEY=door-key\n`,
    )
    const program = startProgram({ folder, environment: { X8_PORT: '0' } })
    const port = await program.port

    assert.deepEqual(statuses(await callers(port, 4, { path: BEARER })), { 401: 4 })
    const headers = { 'X-Proxy-Key': 'door-key' }
    await callers(port, 4, { path: '/chat/api/v1/rooms', headers })
    assert.deepEqual(
      upstream.received.map((request) => request.headers['x-api-key']),
      ['from-file', 'from-file', 'from-file', 'from-file'],
    )
  })

  test(
    'no worker has the secret of the app in its environment',
    { skip: existsSync('/proc/self/environ') ? false : 'there is no /proc here' },
    async () => {
      const upstream = await startUpstream()
      const { program, pids } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
      const environment = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'utf8')
      assert.match(environment(program.pid), /test-secret/)
      for (const pid of pids()) assert.doesNotMatch(environment(pid), /test-secret/)
    },
  )

  test('the sandbox can have several workers too', async () => {
    const program = startProgram({ arguments: ['sandbox'], environment: { X8_PORT: '0', X8_WORKERS: '2' } })
    const port = await program.port
    const path = '/analytics/cc/v5/realtime-metrics/queues'
    assert.deepEqual(statuses(await callers(port, 10, { path })), { 200: 10 })
    const { text } = await send(port, { path: '/sandbox/stats' })
    assert.equal((JSON.parse(text) as { tokenRequests: number }).tokenRequests, 1)
    program.kill('SIGTERM')
    assert.equal((await program.exited).code, 0)
  })

  test('log lines of several workers stay whole, however long, and each request has one', async () => {
    const upstream = await startUpstream()
    const { port, program } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    const path = `/storage/us-west/v3/${'long'.repeat(2500)}`
    const agent = new Agent({ keepAlive: true, maxSockets: 30 })
    for (let i = 0; i < 10; i += 1) await callers(port, 60, { path, agent })
    agent.destroy()

    await until(() => logged(program).filter(({ msg }) => msg === 'request').length >= 600)
    program.kill('SIGTERM')
    await program.exited
    const ids = logged(program)
      .filter(({ msg }) => msg === 'request')
      .map(({ id }) => id)
    assert.equal(new Set(ids).size, 600)
    assert.equal(ids.length, 600)
  })
})
