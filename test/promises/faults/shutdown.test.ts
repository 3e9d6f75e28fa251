import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { Agent, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { responseTo, KEYED, open, send, type TestResponse } from '../../support/http-client.js'
import { MADE_UP, startProgram, temporaryFolder } from '../../support/program.js'
import { startUpstream } from '../../support/upstream.js'
import { until } from '../../support/until.js'

test(
  'SIGTERM with 200 requests in flight and 50 idle connections drops none and ends with 0',
  { timeout: 60_000 },
  async () => {
    const waiting: ServerResponse[] = []
    let seen = 0
    const upstream = await startUpstream({
      handle(request, response) {
        if (request.url!.endsWith('/warm-up')) return void response.end('warm')
        seen += 1
        if (request.url!.endsWith('/begun')) response.write('begun, ')
        request.resume().on('end', () => waiting.push(response))
      },
    })
    const program = startProgram({
      environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, X8_SHUTDOWN_GRACE_MS: '50000' },
    })
    const port = await program.port

    // 25 that have carried a request, 25 that never will.
    const idle = new Agent({ keepAlive: true })
    await Promise.all(Array.from({ length: 25 }, () => send(port, { agent: idle, path: `${KEYED}/warm-up` })))
    const unused = Array.from({ length: 25 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
    await Promise.all(unused.map((socket) => once(socket, 'connect')))

    // 80 wait for a response, 80 have half of it, and 40 have sent half of what they want to send.
    const calls: Promise<TestResponse>[] = []
    for (let i = 0; i < 80; i += 1) calls.push(send(port, { method: i % 2 ? 'GET' : 'POST' }))
    for (let i = 0; i < 80; i += 1) calls.push(send(port, { path: `${KEYED}/begun` }))
    const uploads = Array.from({ length: 40 }, () =>
      open(port, { method: 'POST', headers: { 'Content-Length': 600_000 } }),
    )
    for (const upload of uploads) {
      calls.push(responseTo(upload))
      upload.write(Buffer.alloc(300_000))
    }
    await until(() => seen === 200)
    assert.equal(waiting.length, 160)

    program.kill('SIGTERM')
    await program.seen(/shutting down/)
    for (const upload of uploads) upload.end(Buffer.alloc(300_000))
    await until(() => waiting.length === 200)
    for (const response of waiting) response.end('whole')

    const texts = (await Promise.all(calls)).map(({ status, text }) => `${status} ${text}`)
    assert.equal(texts.filter((text) => text === '200 whole').length, 120)
    assert.equal(texts.filter((text) => text === '200 begun, whole').length, 80)
    assert.deepEqual(await program.exited, { code: 0, signal: null })
    assert.equal(seen, 200)
    idle.destroy()
    for (const socket of unused) socket.destroy()
  },
)

test(
  'a crash in the middle of uploads and downloads leaves nothing on disk',
  { timeout: 60_000 },
  async () => {
    let seen = 0
    const upstream = await startUpstream({
      handle(request, response) {
        seen += 1
        request.resume()
        response.write(Buffer.alloc(100_000))
      },
    })
    const folder = temporaryFolder()
    const program = startProgram({
      folder,
      environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, TMPDIR: folder, HOME: folder },
    })
    const port = await program.port
    const calls = [
      ...Array.from({ length: 10 }, () => open(port, {})),
      ...Array.from({ length: 10 }, () => open(port, { method: 'POST', headers: { 'Content-Length': 9e6 } })),
    ]
    for (const call of calls)
      call.on('error', () => undefined).write(Buffer.alloc(call.method === 'GET' ? 0 : 8e6))
    for (const call of calls) if (call.method === 'GET') call.end()
    await until(() => seen === 20)

    program.kill('SIGKILL')
    await program.exited
    assert.deepEqual(readdirSync(folder), [])
  },
)
