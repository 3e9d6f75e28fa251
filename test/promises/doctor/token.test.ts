import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { examine, KEY, sandboxWith, SECRET } from './examine.js'
import { httpServer } from './servers.js'

const JSON_TYPE = { 'Content-Type': 'application/json' }

test('a wrong secret points at key and secret, and where to compare them', async () => {
  const { environment, sandbox } = await sandboxWith()
  const { code, failed, checks } = await examine({ ...environment, X8_APP_SECRET: 'wrong-secret-77aa' })

  assert.equal(code, 1)
  assert.deepEqual(failed, ['token'])
  assert.equal(checks.token!.detail, 'The token endpoint responded 401 (invalid_client).')
  assert.match(checks.token!.advice!, /X8_APP_KEY and X8_APP_SECRET .* Admin Console > API Keys/)
  assert.equal(sandbox.tokenRequests, 1, 'a rejected secret is not tried again')
})

test('swapped key and secret are recognised', async () => {
  const { environment } = await sandboxWith()
  const { checks } = await examine({ ...environment, X8_APP_KEY: SECRET, X8_APP_SECRET: KEY })

  assert.match(checks.token!.advice!, /look swapped/)
})

for (const [what, respond] of [
  ['a 404 page', (response: ServerResponse) => response.writeHead(404).end('<html>Not here</html>')],
  ['a page', (response: ServerResponse) => response.end('<html>Welcome</html>')],
  [
    'a redirect',
    (response: ServerResponse) => response.writeHead(302, { Location: 'https://www.8x8.com/' }).end(),
  ],
  [
    'JSON of something else',
    (response: ServerResponse) => response.writeHead(200, JSON_TYPE).end('{"hello":1}'),
  ],
] as const) {
  test(`a wrong URL that responds with ${what} is said to be a wrong URL`, async () => {
    const origin = await httpServer((_request, response) => void respond(response))
    const { code, failed, checks } = await examine({ X8_BASE_URL: origin })

    assert.equal(code, 1)
    assert.deepEqual(failed, ['token'])
    assert.match(checks.token!.advice!, /is not 8x8's token endpoint.*Check X8_BASE_URL: leave it unset/)
  })
}

test('a wrong token URL points at X8_TOKEN_URL', async () => {
  const { environment } = await sandboxWith()
  const origin = await httpServer((_request, response) => void response.writeHead(404).end())
  const { checks } = await examine({ ...environment, X8_TOKEN_URL: `${origin}/oauth/token` })

  assert.match(checks.token!.advice!, /Check X8_TOKEN_URL/)
})

for (const [status, advice] of [
  [429, /Wait a few minutes/],
  [503, /problem of its own/],
] as const) {
  test(`a token endpoint that responds ${status} asks for patience, not for other settings`, async () => {
    const origin = await httpServer((_request, response) => void response.writeHead(status).end())
    const { failed, checks } = await examine({ X8_BASE_URL: origin })

    assert.deepEqual(failed, ['token'])
    assert.match(checks.token!.detail, new RegExp(`responded ${status}`))
    assert.match(checks.token!.advice!, advice)
  })
}

test('a token endpoint that never responds does not hold the doctor up', async () => {
  const origin = await httpServer(() => undefined)
  const { failed, checks } = await examine({ X8_BASE_URL: origin, X8_TOKEN_TIMEOUT_MS: '50' })

  assert.deepEqual(failed, ['token'])
  assert.equal(checks.token!.detail, `no response from ${origin} within 50 ms`)
})

test('an endless response of the token endpoint is aborted', async () => {
  const origin = await httpServer((_request, response) => {
    const more = () => {
      while (response.write('x'.repeat(65_536)));
    }
    response.on('drain', more)
    more()
  })
  const { failed, checks } = await examine({ X8_BASE_URL: origin })

  assert.deepEqual(failed, ['token'])
  assert.equal(checks.token!.detail, 'The token endpoint responded 200 without a JSON object.')
})

test('a token endpoint that closes the connection is reported', async () => {
  const origin = await httpServer((request) => void request.socket.destroy())
  const { failed, checks } = await examine({ X8_BASE_URL: origin })

  assert.deepEqual(failed, ['token'])
  assert.match(checks.token!.detail, /ended before a response came/)
  assert.match(checks.token!.advice!, /^Try again/)
})

test('a server that repeats key, secret and token does not make the doctor show them', async () => {
  const token = 'token-that-must-not-be-seen'
  const origin = await httpServer((request, response) => {
    const said = [KEY, SECRET, request.headers.authorization ?? '', token].join(' ')
    if (request.method === 'GET')
      return void response.writeHead(403, JSON_TYPE).end(JSON.stringify({ message: said }))
    const products = ['storage', ...said.split(' ')]
    response.writeHead(200, JSON_TYPE)
    response.end(JSON.stringify({ access_token: token, expires_in: '60', api_product_list_json: products }))
  })

  // `examine` itself looks for the secrets.
  const { checks, failed } = await examine({ X8_BASE_URL: origin }, { secrets: [KEY, SECRET, token] })

  assert.deepEqual(failed, ['storage'])
  assert.match(checks.products!.detail, /\[hidden\]/)
  assert.match(checks.storage!.detail, /\[hidden\]/)
})
