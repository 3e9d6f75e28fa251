import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { fetchOf, isRewrittenByFetch, pythonOf } from '../../../src/inspector/page/page-code.js'
import { curlOf } from '../../../src/inspector/page/page-curl.js'
import type { Snippet } from '../../../src/inspector/page/page-replay.js'
import type { CapturedMessage, Detail } from '../../../src/inspector/wire.js'
import { sha256 } from '../../support/http-client.js'
import { skippedWithout } from '../../support/required.js'
import { startUpstream, type Received } from '../../support/upstream.js'

const run = promisify(execFile)

/** Runs code, and waits for it. */
const RUN: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
  curl: (text) => run('/bin/sh', ['-c', `${text} --silent --show-error`]),
  python: (text) => run('python3', ['-c', text]),
  fetch: (text) => run(process.execPath, ['--input-type=module', '-e', text]),
}

function isThere(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const skip = {
  curl: skippedWithout(isThere('curl', '--version') ? [] : ['curl']),
  python: skippedWithout(isThere('python3', '-c', 'import requests') ? [] : ['python3-requests']),
  fetch: false,
}
const LANGUAGES = [
  ['curl', curlOf],
  ['python', pythonOf],
  ['fetch', fetchOf],
] as const

function detail(method: string, target: string, request?: CapturedMessage): Detail {
  const summary = {
    n: 1,
    requestId: 'id',
    at: 0,
    method,
    target,
    family: 'other',
    status: 200,
    durationMs: 1,
    tokenWaitMs: 0,
    bytes: 0,
    retries: [],
  }
  return request === undefined ? { summary } : { summary, request }
}

function whole(text: string, ...headers: [string, string][]): CapturedMessage {
  return { headers, body: { bytes: Buffer.byteLength(text), truncated: false, text } }
}

const HOSTILE = [
  `it's "quoted" \`id\` $(id) $HOME \\n \\ %s %% !x; & | > /dev/null`,
  'line\nbreaks\n\n and a tab\t\n',
  'CRLF\r\n, bell \u0007, escape \u001b[31m, zero \u0000, delete \u007f, -n',
  '-n begins like an option',
  'ü € 漢字 😀 \u2028 \u202e \u0085 \ufeff',
  '{"a":"it\'s","b":"\\u0022","c":["${x}","#{x}","%{x}"]}',
  '\'\'\'"""</script>',
  '@/etc/passwd',
]

for (const [language, snippetOf] of LANGUAGES) {
  test(`what is copied as ${language} sends any body byte for byte`, { skip: skip[language] }, async () => {
    const upstream = await startUpstream()
    for (const text of HOSTILE) {
      const request = whole(text, ['Content-Type', 'application/x-test'])
      const snippet = snippetOf(detail('POST', '/x', request), upstream.origin, false)
      await RUN[language]!(snippet.text)
      assert.deepEqual(snippet.notes, [])
      const { method, headers, bodyBytes } = upstream.received.at(-1)!
      assert.deepEqual([method, headers['content-type']], ['POST', 'application/x-test'])
      assert.equal(bodyBytes, Buffer.byteLength(text), text)
      assert.equal(upstream.received.at(-1)!.bodySha256, sha256(Buffer.from(text)), text)
    }
    assert.equal(upstream.received.length, HOSTILE.length, 'each sends one request')
  })

  test(`what is copied as ${language} sends headers as they were`, { skip: skip[language] }, async () => {
    const upstream = await startUpstream()
    const headers: [string, string][] = [
      ['X-Quotes', `it's "so" \`id\` $(id) $HOME \\ %s ; #`],
      // The bytes of a UTF-8 "ü", as they come with Node.
      ['X-Umlaut', 'Ã¼'],
      ['X-Empty', ''],
      ['X-Twice', 'a'],
      ['X-Twice', 'b'],
      ['Authorization', 'Bearer [secret]'],
      ['X-Request-Id', 'mine'],
    ]
    const { text, notes } = snippetOf(
      detail('DELETE', '/x?a=1', { headers, body: NONE }),
      upstream.origin,
      false,
    )
    await RUN[language]!(text)
    const { method, target, headers: received, bodyBytes } = upstream.received[0]!
    assert.deepEqual([method, target, bodyBytes], ['DELETE', '/x?a=1', 0])
    assert.deepEqual(
      [received['x-quotes'], received['x-umlaut'], received['x-empty'], received['x-twice']],
      [headers[0]![1], 'Ã¼', '', 'a, b'],
    )
    assert.deepEqual([received.authorization, received['x-request-id'], notes], [undefined, undefined, []])
  })

  test(
    `what is copied as ${language} asks for the same target, or says so`,
    { skip: skip[language] },
    async () => {
      const upstream = await startUpstream()
      for (const target of [
        '/x?filter=type==callrecording&limit=5',
        '/a%20b/%C3%A4?q=%2B1%26%27$(id)!*;,@:',
        "/it's?x=it's",
        '/x?a={[1]}&b="c"|d^e`f',
        '/a%7eb/%2fc',
        '/a//b/;x=1?&&=?/',
      ]) {
        const { text, notes } = snippetOf(detail('GET', target), upstream.origin, false)
        await RUN[language]!(text)
        const same = upstream.received.at(-1)!.target === target
        assert.ok(
          same || notes.some((note) => /of the path/.test(note)),
          `${upstream.received.at(-1)!.target} for ${target}`,
        )
        if (language === 'curl') assert.ok(same, target)
      }
      assert.equal(upstream.received.length, 6)
    },
  )

  test(`what is copied as ${language} follows no redirect`, { skip: skip[language] }, async () => {
    const upstream = await startUpstream({
      respond: (_request, response) => response.writeHead(302, { Location: '/elsewhere' }).end(),
    })
    await RUN[language]!(snippetOf(detail('GET', '/x'), upstream.origin, false).text)
    assert.equal(upstream.received.length, 1)
  })

  test(
    `what is copied as ${language} takes the proxy's key from the environment`,
    { skip: skip[language] },
    async () => {
      const upstream = await startUpstream()
      process.env['X8_PROXY_KEY'] = `the 'key' of $HOME`
      try {
        const body = whole('a=1', ['Content-Type', 'application/x-www-form-urlencoded'])
        await RUN[language]!(snippetOf(detail('PUT', '/x', body), upstream.origin, true).text)
      } finally {
        delete process.env['X8_PROXY_KEY']
      }
      assert.equal(upstream.received[0]!.headers['x-proxy-key'], `the 'key' of $HOME`)
    },
  )

  test(`a body without a content type gets none by ${language}`, { skip: skip[language] }, async () => {
    const upstream = await startUpstream()
    await RUN[language]!(snippetOf(detail('POST', '/x', whole('words')), upstream.origin, false).text)
    const { headers, bodyBytes } = upstream.received[0] as Received
    assert.deepEqual([headers['content-type'], bodyBytes], [undefined, 5])
  })

  test(`what is missing in a copy as ${language} is said`, () => {
    const notesOf = (snippet: Snippet) => snippet.notes.join(' ')
    const of = (...call: Parameters<typeof detail>) =>
      notesOf(snippetOf(detail(...call), 'http://127.0.0.1:1', false))
    const truncated = { headers: [], body: { bytes: 99_999, truncated: true, text: 'abc' } }
    const binary = { headers: [], body: { bytes: 3, truncated: false, hidden: 'binary: audio/mpeg' } }
    // A byte order mark is no longer there once the bytes are text.
    const marked = { headers: [], body: { bytes: 6, truncated: false, text: 'abc' } }
    for (const body of [truncated, binary, marked])
      assert.match(of('PUT', '/x', body), /^The body was not kept whole/)
    assert.match(of('POST', '/x'), /^A body, if there was one, was not captured\.$/)
    assert.match(of('GET', '/x?q=[email]'), /Fill in what was masked/)
    assert.match(of('POST', '/x', whole('{"a":"[phone]"}')), /Fill in what was masked/)
    assert.match(of('GET', `/${'x'.repeat(4095)}…`), /too long to be kept whole/)
    assert.match(
      of('GET', '/x', { headers: [['X-A', 'tel:[phone]']], body: NONE }),
      /^The header X-A is left out\.$/,
    )
    assert.equal(of('GET', '/x'), '')
  })
}

const NONE = { bytes: 0, truncated: false }

test('what fetch would send in another way is known before', () => {
  for (const target of ['/a/../b', '/%2e%2e/x', '/a\\b', '/x?a="b"', '/{x}', '/x#y']) {
    assert.equal(isRewrittenByFetch(target), true, target)
  }
  for (const target of ['/', '//x', '/a%2fb?x=%27&y=[1]'])
    assert.equal(isRewrittenByFetch(target), false, target)
})
