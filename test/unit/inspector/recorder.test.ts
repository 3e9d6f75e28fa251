import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { newExchange } from '../../../src/http/exchange.js'
import { createCapture } from '../../../src/inspector/capture.js'
import { createRecorder, type RecordedRequest, type Recorder } from '../../../src/inspector/recorder.js'
import type { Summary } from '../../../src/inspector/wire.js'

interface Over {
  readonly target?: string
  readonly status?: number
  readonly body?: string
  readonly endedAt?: number
}

/** Records a request that is over. */
function record(recorder: Recorder, { target = '/x', status = 200, body, endedAt = 0 }: Over = {}): void {
  const exchange: RecordedRequest['exchange'] = Object.assign(newExchange(0), {
    capture: body === undefined ? undefined : createCapture(),
  })
  exchange.capture?.responseHead(200, ['Content-Type', 'text/plain'])
  if (body !== undefined) exchange.capture?.responseBody(Buffer.from(body))
  const response = {
    headersSent: status !== 0,
    statusCode: status,
    writableFinished: status !== 0,
    getHeader: () => undefined,
  } as unknown as ServerResponse
  recorder.record({ id: 'id', method: 'GET', url: target, originalUrl: target, exchange }, response, endedAt)
}

const noWatcher = { recorded: () => undefined, closed: () => undefined }

test('the last 200 requests are recorded, whether a page is open or not', () => {
  const recorder = createRecorder({ now: () => 0 })
  for (let i = 1; i <= 1000; i += 1) record(recorder, { target: `/${i}` })

  const kept = recorder.requests()
  assert.equal(kept.length, 200)
  assert.deepEqual([kept[0]?.target, kept.at(-1)?.target], ['/801', '/1000'])
  assert.equal(recorder.find(800), undefined)
  assert.equal(recorder.find(801)?.summary.target, '/801')
})

test('looking at an old request does not make it outlive newer ones', () => {
  const recorder = createRecorder({ now: () => 0, maxEntries: 2 })
  record(recorder)
  record(recorder)
  recorder.find(1)
  record(recorder)
  assert.deepEqual(
    recorder.requests().map(({ n }) => n),
    [2, 3],
  )
})

test('captured bodies never take more memory than they may', () => {
  const maxBytes = 100_000
  const recorder = createRecorder({ now: () => 0, maxBytes })
  for (let i = 0; i < 200; i += 1) record(recorder, { body: 'word '.repeat(2000) })

  const characters = recorder
    .requests()
    .map(({ n }) => recorder.find(n)!.response!.body.text!.length)
    .reduce((sum, length) => sum + length, 0)
  assert.ok(2 * characters <= maxBytes, `${characters} characters`)
  assert.ok(recorder.requests().length >= 4)
  assert.equal(recorder.requests().at(-1)?.n, 200)
})

test('a very long target is truncated', () => {
  const recorder = createRecorder({ now: () => 0 })
  record(recorder, { target: `/${'a'.repeat(16_000)}` })
  assert.ok(recorder.requests()[0]!.target.length < 5000)
})

test('no secret, number or address in a target is ever shown', () => {
  const recorder = createRecorder({ now: () => 0 })
  record(recorder, { target: '/x?access_token=abcdef&phone=4085551234&q=jane@example.com' })
  assert.equal(recorder.requests()[0]?.target, '/x?access_token=[secret]&phone=[phone]&q=[email]')
})

test('requests to the proxy itself are not listed', () => {
  const recorder = createRecorder({ now: () => 0 })
  record(recorder, { target: '/-/status' })
  record(recorder, { target: '/-/' })
  assert.deepEqual(recorder.requests(), [])
})

test('capturing needs the switch on and a page open', () => {
  const recorder = createRecorder({ now: () => 0 })
  assert.equal(recorder.capture(), undefined)
  recorder.setCapture(true)
  assert.deepEqual([recorder.watched, recorder.capturing, recorder.capture()], [false, false, undefined])
  const leave = recorder.watch(noWatcher)!
  assert.deepEqual([recorder.watched, recorder.capturing], [true, true])
  assert.ok(recorder.capture())
  leave()
  assert.deepEqual([recorder.watched, recorder.capturing, recorder.capture()], [false, false, undefined])
})

test('a page that is back soon goes on capturing, one that is back late starts with it off', () => {
  let now = 0
  const recorder = createRecorder({ now: () => now })
  recorder.watch(noWatcher)!()
  recorder.setCapture(true)
  const leave = recorder.watch(noWatcher)!
  now = 1_000_000
  leave()
  now += 59_000
  const leaveAgain = recorder.watch(noWatcher)!
  assert.equal(recorder.capturing, true)
  leaveAgain()
  now += 60_000
  recorder.watch(noWatcher)
  assert.equal(recorder.capturing, false)
})

test('when no page is back for a minute the captured bodies are forgotten, the list stays', () => {
  let now = 0
  const recorder = createRecorder({ now: () => now })
  recorder.setCapture(true)
  const leave = recorder.watch(noWatcher)!
  record(recorder)
  record(recorder, { body: 'words' })
  record(recorder)
  assert.equal(recorder.find(2)?.response?.body.text, 'words')
  leave()
  now = 60_000
  record(recorder)

  assert.deepEqual(
    recorder.requests().map(({ n, captured }) => [n, captured]),
    [
      [1, undefined],
      [2, undefined],
      [3, undefined],
      [4, undefined],
    ],
  )
  assert.equal(recorder.find(2)?.response, undefined)
})

test('a watcher hears of each request, until the recorder closes', () => {
  const heard: (Summary | 'closed')[] = []
  const recorder = createRecorder({ now: () => 0 })
  recorder.watch({ recorded: (summary) => heard.push(summary), closed: () => heard.push('closed') })
  record(recorder, { status: 404 })
  recorder.close()
  record(recorder)

  assert.deepEqual(
    heard.map((one) => (one === 'closed' ? one : one.status)),
    [404, 'closed'],
  )
  assert.equal(recorder.watch(noWatcher), undefined)
})

test('a watcher that comes late finds what was before, and hears of what comes after, each once', () => {
  const heard: string[] = []
  const recorder = createRecorder({ now: () => 0 })
  for (let i = 1; i <= 250; i += 1) record(recorder, { target: `/before/${i}` })
  recorder.watch({ recorded: ({ n, target }) => heard.push(`${n} ${target}`), closed: () => undefined })
  record(recorder, { target: '/after' })

  assert.deepEqual(heard, ['251 /after'])
  const kept = recorder.requests()
  assert.deepEqual(
    [kept.length, kept[0]!.n, kept[0]!.target, kept.at(-2)!.n, kept.at(-1)!.n],
    [200, 52, '/before/52', 250, 251],
  )
})

test('when a request began is told by the time of day, whenever a page asks', () => {
  let now = 5_000
  const recorder = createRecorder({ now: () => now })
  record(recorder, { endedAt: now })
  const began = Date.now() - 5_000
  assert.ok(Math.abs(recorder.requests()[0]!.at - began) < 1_000)
  now = 3_600_000
  record(recorder, { endedAt: now })
  assert.ok(Math.abs(recorder.requests()[1]!.at - (Date.now() - now)) < 1_000)
})

test('traffic is counted by the second for one minute', () => {
  let now = 500
  const recorder = createRecorder({ now: () => now })
  record(recorder, { endedAt: now })
  record(recorder, { status: 503, endedAt: now })
  now = 1_500
  record(recorder, { status: 0, endedAt: now })
  now = 3_000
  const { seconds, errors } = recorder.traffic()
  assert.deepEqual(seconds.slice(-4), [2, 1, 0, 0])
  assert.equal(seconds.length, 60)
  assert.equal(errors, 2)

  now = 60_500
  assert.deepEqual([recorder.traffic().seconds[0], recorder.traffic().errors], [1, 1])
  now = 61_000
  assert.equal(recorder.traffic().errors, 0)
  now = 10_000_000
  record(recorder, { endedAt: now })
  assert.equal(
    recorder.traffic().seconds.reduce((sum, count) => sum + count, 0),
    1,
  )
})
