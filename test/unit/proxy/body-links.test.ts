import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { createBodyLinks } from '../../../src/proxy/body-links.js'

const UPSTREAM = 'https://api.8x8.com'
const PROXY = 'http://localhost:8808'

/** What comes out of a body that comes in these pieces. */
function pass(pieces: readonly Buffer[], upstream = UPSTREAM, proxy = PROXY): string {
  const links = createBodyLinks(upstream, proxy)
  return Buffer.concat([...pieces.map((piece) => links.write(piece)), links.end()]).toString('latin1')
}

const passText = (text: string, upstream?: string, proxy?: string) =>
  pass([Buffer.from(text, 'latin1')], upstream, proxy)

/** Cuts a text in pieces behind each of the places. */
function cut(text: string, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b)
  return [...ends, text.length].map((end, i) =>
    Buffer.from(text.slice(i === 0 ? 0 : ends[i - 1], end), 'latin1'),
  )
}

const everyPlace = (text: string) => Array.from({ length: text.length }, (_, i) => i)

/**
 * What the whole text should become, worked out in another way: each string of the JSON is decoded, and where the decoded one
 * begins with the origin, as many characters as spell the origin are replaced.
 */
function reference(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/gs, (literal) => {
    const units = literal.slice(1, -1).match(/\\u[\da-fA-F]{4}|\\.|[^\\]/gs) ?? []
    const decoded = units.map((unit) => JSON.parse(`"${unit}"`) as string)
    const url = decoded.join('')
    const origin = [`${UPSTREAM}:443`, UPSTREAM].find(
      (prefix) => url.startsWith(prefix) && ['', '/', '?', '#'].includes(url.charAt(prefix.length)),
    )
    if (origin === undefined) return literal
    const slashes = units.slice('https:'.length, 'https://'.length).join('')
    return `"http:${slashes}localhost:8808${units.slice(origin.length).join('')}"`
  })
}

suite('links in a body', () => {
  for (const [what, from, to] of [
    ['a link', '{"href":"https://api.8x8.com/a?b=c"}', '{"href":"http://localhost:8808/a?b=c"}'],
    ['the origin alone', '["https://api.8x8.com"]', '["http://localhost:8808"]'],
    ['a query', '["https://api.8x8.com?a"]', '["http://localhost:8808?a"]'],
    ['a fragment', '["https://api.8x8.com#a"]', '["http://localhost:8808#a"]'],
    ['the default port', '["https://api.8x8.com:443/a"]', '["http://localhost:8808/a"]'],
    ['escaped slashes', '["https:\\/\\/api.8x8.com\\/a"]', '["http:\\/\\/localhost:8808\\/a"]'],
    ['mixed slashes', '["https:\\//api.8x8.com/a"]', '["http:\\//localhost:8808/a"]'],
    [
      'numbered slashes',
      '["https:\\u002f\\u002Fapi.8x8.com\\u002fa"]',
      '["http:\\u002f\\u002Flocalhost:8808\\u002fa"]',
    ],
    ['a numbered query', '["https://api.8x8.com\\u003Fa"]', '["http://localhost:8808\\u003Fa"]'],
    ['a text that is nothing else', '"https://api.8x8.com/"', '"http://localhost:8808/"'],
    [
      'a link after an escaped backslash',
      '["\\\\","https://api.8x8.com/"]',
      '["\\\\","http://localhost:8808/"]',
    ],
    [
      'a link that holds a link',
      '["https://api.8x8.com/?u=https://api.8x8.com/"]',
      '["http://localhost:8808/?u=https://api.8x8.com/"]',
    ],
    [
      'several lines of JSON',
      '"https://api.8x8.com/a"\n"https://api.8x8.com/b"\n',
      '"http://localhost:8808/a"\n"http://localhost:8808/b"\n',
    ],
  ] as const) {
    test(`${what} leads back, wherever it is split`, () => {
      assert.equal(reference(from), to)
      assert.equal(passText(from), to)
      for (let first = 0; first <= from.length; first += 1) {
        for (let second = first; second <= from.length; second += 1)
          assert.equal(pass(cut(from, [first, second])), to)
      }
      assert.equal(pass(cut(from, everyPlace(from))), to)
    })
  }

  for (const [what, text] of [
    ['a longer host', '["https://api.8x8.com.evil.example/"]'],
    ['a longer host without a dot', '["https://api.8x8.community/"]'],
    ['another port', '["https://api.8x8.com:4433/"]'],
    ['a user name', '["https://api.8x8.com@evil.example/"]'],
    ['a password', '["https://api.8x8.com:443@evil.example/"]'],
    ['a backslash after the host', '["https://api.8x8.com\\\\evil.example/"]'],
    ['an escaped quote after the host', '["https://api.8x8.com\\"/"]'],
    ['another escape after the host', '["https://api.8x8.com\\u002e/"]'],
    ['another scheme', '["http://api.8x8.com/"]'],
    ['another host', '["https://api-eu.8x8.com/","https://bucket.s3.amazonaws.com/?u=https://api.8x8.com/"]'],
    ['a link in the middle of a string', '["see https://api.8x8.com/"]'],
    ['a quoted link in a string', '["see \\"https://api.8x8.com/\\""]'],
    ['a link after a space', '[" https://api.8x8.com/"]'],
    ['a link without quotes', 'https://api.8x8.com/'],
    ['half a link at the end', '["https://api.8x'],
    ['a quote at the end', '{"a":"'],
    ['bytes that are no UTF-8', '\xff\xfe"\x00h\x00t'],
    ['nothing', ''],
  ] as const) {
    test(`${what} stays byte for byte, wherever it is split`, () => {
      for (let place = 0; place <= text.length; place += 1) assert.equal(pass(cut(text, [place])), text)
      assert.equal(pass(cut(text, everyPlace(text))), text)
    })
  }

  test('an origin with a port is matched with its port', () => {
    const from = '["http://127.0.0.1:9000/a","http://127.0.0.1/a","http://127.0.0.1:90001/a"]'
    const to = '["http://[::1]:8808/a","http://127.0.0.1/a","http://127.0.0.1:90001/a"]'
    assert.equal(passText(from, 'http://127.0.0.1:9000', 'http://[::1]:8808'), to)
  })

  test('whatever the JSON, and wherever it is split, exactly the links change', () => {
    const slash = fc.constantFrom('/', '\\/', '\\u002f', '\\u002F')
    const link = fc
      .tuple(
        slash,
        slash,
        fc.constantFrom('', ':443', ':44', '.evil.example', '\\', '@'),
        slash,
        fc.webPath(),
      )
      .map(([first, second, port, third, path]) => `https:${first}${second}api.8x8.com${port}${third}${path}`)
    const word = fc.constantFrom(
      'https',
      ':',
      '/',
      '"',
      '\\',
      'api.8x8.com',
      UPSTREAM,
      `"${UPSTREAM}/`,
      '?',
      ' ',
    )
    const words = fc.array(word, { maxLength: 8 }).map((parts) => JSON.stringify(parts.join('')))
    const literal = fc.oneof(
      words,
      link.map((text) => `"${text.replace(/\\(?![/u])/g, '\\\\')}"`),
      fc.json(),
      fc.string().map((text) => JSON.stringify(text)),
    )
    const json = fc.array(literal).map((items) => `{"links":[${items.join(', ')}]}`)
    fc.assert(
      fc.property(json, fc.array(fc.nat(), { maxLength: 60 }), (unicode, places) => {
        const text = Buffer.from(unicode).toString('latin1')
        assert.equal(pass(cut(text, places)), reference(text))
      }),
      { numRuns: 1000 },
    )
  })

  test('only what may still become a link is kept back', () => {
    const links = createBodyLinks(UPSTREAM, PROXY)
    const write = (text: string) => links.write(Buffer.from(text)).toString()
    assert.equal(write('{"a":"https://api.8x8.community"}'), '{"a":"https://api.8x8.community"}')
    assert.equal(write('{"a":"https://api.8x8.com'), '{"a":')
    assert.equal(write('munity"}\n'), '"https://api.8x8.community"}\n')
    assert.equal(write('{"a":"h'), '{"a":')
    assert.equal(write('ello"}'), '"hello"}')
    assert.equal(links.end().length, 0)
  })

  test('a body without links passes without being copied', () => {
    const chunk = Buffer.from('{"a":["b","https://elsewhere.example/"]}\n')
    const passed = createBodyLinks(UPSTREAM, PROXY).write(chunk)
    assert.equal(passed.buffer, chunk.buffer)
    assert.equal(passed.byteOffset, chunk.byteOffset)
  })
})
