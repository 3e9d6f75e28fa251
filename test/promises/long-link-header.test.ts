import assert from 'node:assert/strict'
import { test } from 'node:test'
import { responseHeaders } from '../../src/proxy/response-headers.js'

const link = (value: string) =>
  responseHeaders(['Link', value], {
    upstreamOrigin: 'https://api.8x8.com',
    proxyOrigin: 'http://localhost:8808',
    requestId: 'id-1',
    cors: undefined,
    shutsIn: false,
    changesBody: false,
  })[1]!

// What undici takes of a response's headers.
const LONG = 16_000

test('a Link header with an open quote held up the process for a tenth of a second', () => {
  for (const piece of [
    '\\"',
    '"',
    '" ',
    '\\',
    '"\\',
    '<',
    '<"',
    '"<',
    '<>',
    '<//',
    '<https:',
    '<https://api.8x8.com',
  ]) {
    for (const begin of ['', '"', '</a>; title="', '<']) {
      for (const end of ['', '\\', '"', '>']) {
        const value = `${begin}${piece.repeat(LONG / piece.length)}${end}`
        const before = process.cpuUsage()
        for (const _ of Array(10)) link(value)
        const { user } = process.cpuUsage(before)
        // Milliseconds where it is linear, and room for a busy machine.
        assert.ok(user < 300_000, `${Math.round(user / 1000)} ms for ${begin}${piece}...${end}`)
      }
    }
  }
})

test('what follows an open quote is a part of it', () => {
  for (const [from, to] of [
    ['<https://api.8x8.com/a>; title="open', '<http://localhost:8808/a>; title="open'],
    [
      '<https://api.8x8.com/a>; title="open \\" <https://api.8x8.com/b>',
      '<http://localhost:8808/a>; title="open \\" <https://api.8x8.com/b>',
    ],
    ['</a>; title="b\\', '</a>; title="b\\'],
  ] as const) {
    assert.equal(link(from), to)
  }
})
