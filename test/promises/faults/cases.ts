import type { Fault } from '../../../src/sandbox/sandbox.js'
import { rawResponse, respondingWith, sendThen, type Peer, type Script } from './fault-server.js'

/**
 * What a caller sends. A POST has a body that is kept for a repetition, an UPLOAD one that is too large for that, and
 * KEYED goes to a family whose credential is a key.
 */
export type Call = 'GET' | 'HEAD' | 'POST' | 'UPLOAD' | 'KEYED'

/** What the far side does: the scripts of its connections, or why there are none. */
export type Far = readonly Script[] | 'refused' | 'unresolvable'

export interface FaultCase {
  readonly name: string
  /** The API. A good one unless said. */
  readonly api?: Far
  /** It is addressed with https:. */
  readonly tls?: boolean
  /** The token endpoint. A good one unless said. */
  readonly token?: Far
  /** Instead of both: the sandbox, with this fault on the request, or on its token endpoint. */
  readonly sandbox?: { readonly fault?: string; readonly tokenFault?: Fault }
  readonly settings?: Readonly<Record<string, string>>
  /** One after the other; one GET unless said. */
  readonly calls?: readonly Call[]
  /** For each call: the status, then the problem's name, `cut` if the response was seen to break off, and `later` if it
   * says when to come again. */
  readonly outcome: readonly string[]
  /** Requests that the API got, and connections if they tell more. */
  readonly requests: number
  readonly connections?: number
  readonly tokenRequests: number
}

/** Secrets of the far side that stand in the table. */
export const SIGNATURE = 'b1946ac92492d2347c6235b4d2611184d3c1a5b6e7f8091a2b3c4d5e6f708192'
export const FIXED_TOKEN = 'Zk9-plain-token-q7Wv3'

const OK = rawResponse(200, 'fine')
const INVALID =
  '{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"oauth.v2.InvalidAccessToken"}}}'
const NO_PRODUCT =
  '{"fault":{"faultstring":"Invalid API call as no apiproduct match found","detail":' +
  '{"errorcode":"keymanagement.service.InvalidAPICallAsNoApiProductMatchFound"}}}'

const reset = (peer: Peer) => peer.reset()
const close = (peer: Peer) => peer.close()
const halfClose = (peer: Peer) => peer.halfClose()
const good = respondingWith(OK)

/** A first request that gets a response, and something else for the second. */
const reused =
  (then: (peer: Peer) => unknown): Script =>
  async (peer) => {
    await peer.request()
    await peer.send(OK)
    await peer.request()
    await then(peer)
  }

const HALF_BODY = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'
const HALF_CHUNKS = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'
const UNTIL_CLOSE = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it'
const IMPATIENT = { X8_RESPONSE_TIMEOUT_MS: '300', X8_IDLE_TIMEOUT_MS: '300' }

const UNREACHABLE = ['502 upstream-unreachable']
const BROKEN = ['502 upstream-broken']
const FINE = ['200']

/** The far side breaks off or says nothing. */
const CONNECTIONS: readonly FaultCase[] = [
  {
    name: 'the API refuses connections',
    api: 'refused',
    outcome: UNREACHABLE,
    requests: 0,
    tokenRequests: 1,
  },
  {
    name: 'the API refuses connections, to a POST',
    api: 'refused',
    calls: ['POST'],
    outcome: UNREACHABLE,
    requests: 0,
    tokenRequests: 1,
  },
  {
    name: 'the API refuses connections, to an upload',
    api: 'refused',
    calls: ['UPLOAD'],
    outcome: UNREACHABLE,
    requests: 0,
    tokenRequests: 1,
  },
  {
    name: 'the name of the API is not found',
    api: 'unresolvable',
    outcome: UNREACHABLE,
    requests: 0,
    tokenRequests: 1,
  },
  {
    name: 'the API speaks no TLS',
    api: [async (peer) => peer.send('HTTP/1.1 400 Bad Request\r\n\r\n')],
    tls: true,
    outcome: ['502 upstream-tls'],
    requests: 0,
    // The first is the one that is opened ahead.
    connections: 2,
    tokenRequests: 1,
  },
  {
    name: 'the API resets the connection in the TLS handshake',
    api: [async (peer) => peer.reset()],
    tls: true,
    outcome: UNREACHABLE,
    requests: 0,
    connections: 3,
    tokenRequests: 1,
  },
  {
    name: 'the API says nothing in the TLS handshake',
    api: [async () => undefined],
    tls: true,
    settings: { X8_CONNECT_TIMEOUT_MS: '300' },
    outcome: ['504 upstream-timeout'],
    requests: 0,
    connections: 2,
    tokenRequests: 1,
  },
  {
    name: 'the connection is reset after the request',
    api: [sendThen('', reset)],
    outcome: BROKEN,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is reset after a POST',
    api: [sendThen('', reset)],
    calls: ['POST'],
    outcome: BROKEN,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is closed after the request',
    api: [sendThen('', close)],
    outcome: BROKEN,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API ends its direction after the request and says nothing',
    api: [sendThen('', halfClose)],
    outcome: BROKEN,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API ends its direction after the head of an upload',
    api: [async (peer) => void (await peer.head(), peer.halfClose())],
    calls: ['UPLOAD'],
    outcome: BROKEN,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is closed in the status line',
    api: [sendThen('HTTP/1.1 20', close)],
    outcome: BROKEN,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is reset in the headers',
    api: [sendThen('HTTP/1.1 200 OK\r\nContent-Le', reset)],
    outcome: BROKEN,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is closed in the body',
    api: [sendThen(HALF_BODY, close)],
    outcome: ['200 cut'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is reset in the body',
    api: [sendThen(HALF_BODY, reset)],
    outcome: ['200 cut'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API ends its direction in the body',
    api: [sendThen(HALF_BODY, halfClose)],
    outcome: ['200 cut'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is closed between two chunks',
    api: [sendThen(HALF_CHUNKS, close)],
    outcome: ['200 cut'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is reset in a chunk',
    api: [sendThen(`${HALF_CHUNKS}FFFF\r\nmore`, reset)],
    outcome: ['200 cut'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is closed at the end of a body without a length',
    api: [sendThen(UNTIL_CLOSE, close)],
    outcome: FINE,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the connection is reset after a whole response, and the next call gets another one',
    api: [sendThen(OK, reset), good],
    calls: ['GET', 'GET'],
    outcome: ['200', '200'],
    requests: 2,
    connections: 2,
    tokenRequests: 1,
  },
  {
    name: 'an idle connection is reset by the next GET, which is repeated',
    api: [reused(reset), good],
    calls: ['GET', 'GET'],
    outcome: ['200', '200'],
    requests: 3,
    connections: 2,
    tokenRequests: 1,
  },
  {
    name: 'an idle connection is closed by the next HEAD, which is repeated',
    api: [reused(close), good],
    calls: ['GET', 'HEAD'],
    outcome: ['200', '200'],
    requests: 3,
    connections: 2,
    tokenRequests: 1,
  },
  {
    name: 'an idle connection is reset by the next POST, which may have been processed',
    api: [reused(reset), good],
    calls: ['GET', 'POST'],
    outcome: ['200', '502 upstream-broken'],
    requests: 2,
    connections: 1,
    tokenRequests: 1,
  },
  {
    name: 'an idle connection is reset by the next GET, and so is the one after',
    api: [reused(reset), sendThen('', reset)],
    calls: ['GET', 'GET'],
    outcome: ['200', '502 upstream-broken'],
    requests: 3,
    connections: 2,
    tokenRequests: 1,
  },
  {
    name: 'an idle connection dies after the first byte of the second response',
    api: [reused(async (peer) => void (await peer.send('HTTP/1.1 200'), peer.reset())), good],
    calls: ['GET', 'GET'],
    outcome: ['200', '502 upstream-broken'],
    requests: 2,
    connections: 1,
    tokenRequests: 1,
  },
]

/** The far side takes its time. */
const STALLS: readonly FaultCase[] = [
  {
    name: 'the API never responds',
    api: [sendThen('')],
    settings: IMPATIENT,
    outcome: ['504 upstream-timeout'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API never responds a POST',
    api: [sendThen('')],
    settings: IMPATIENT,
    calls: ['POST'],
    outcome: ['504 upstream-timeout'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API never responds an upload that it has read',
    api: [sendThen('')],
    settings: IMPATIENT,
    calls: ['UPLOAD'],
    outcome: ['504 upstream-timeout'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API stops in the headers',
    api: [sendThen('HTTP/1.1 200 OK\r\nContent-')],
    settings: IMPATIENT,
    outcome: ['504 upstream-timeout'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the headers drip for longer than the whole response may take',
    api: [
      sendThen('', (peer) => peer.drip(`HTTP/1.1 200 OK\r\n${'X-Drip: drop\r\n'.repeat(1000)}\r\n`, 14, 50)),
    ],
    settings: IMPATIENT,
    outcome: ['504 upstream-timeout'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'informational responses come for longer than the whole response may take',
    api: [sendThen('', (peer) => peer.drip('HTTP/1.1 102 Processing\r\n\r\n'.repeat(10_000), 27, 20))],
    settings: IMPATIENT,
    outcome: ['504 upstream-timeout'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API stops before the body',
    api: [sendThen('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n')],
    settings: IMPATIENT,
    outcome: ['200 cut'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API stops in the body',
    api: [sendThen(HALF_BODY)],
    settings: IMPATIENT,
    outcome: ['200 cut'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API stops between two chunks',
    api: [sendThen(HALF_CHUNKS)],
    settings: IMPATIENT,
    outcome: ['200 cut'],
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the body drips, and comes to its end',
    api: [sendThen('', (peer) => peer.drip(rawResponse(200, 'x'.repeat(200)), 10, 10))],
    outcome: FINE,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the whole response comes byte by byte',
    api: [sendThen('', (peer) => peer.drip(rawResponse(200, 'slow'), 1, 5))],
    outcome: FINE,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'the API stops reading an upload',
    api: [async (peer) => void (await peer.head(), peer.pause())],
    settings: IMPATIENT,
    calls: ['UPLOAD'],
    outcome: ['504 upstream-timeout'],
    requests: 1,
    tokenRequests: 1,
  },
]

/** What comes is no HTTP, or not the HTTP that was asked for. */
const GARBAGE: readonly FaultCase[] = [
  ...[
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['binary', '\x00\x16\x03\x01\xff\xfe\x00\r\n\r\n'],
    ['a version that does not exist', 'HTTP/7.1 200 OK\r\n\r\n'],
    ['a status that is no number', 'HTTP/1.1 OK 200\r\n\r\n'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['a header name with a space', 'HTTP/1.1 200 OK\r\nX Y: z\r\n\r\n'],
    ['a control character in a header', 'HTTP/1.1 200 OK\r\nX: a\x01b\r\n\r\n'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['17 KiB of headers', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(17 * 1024)}\r\n\r\n`],
    ['headers without end', `HTTP/1.1 200 OK\r\n${'X-Again: and again\r\n'.repeat(20_000)}`],
    [
      'a switch of protocols without a request for it',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n',
    ],
    ['a request', 'GET / HTTP/1.1\r\nHost: proxy\r\n\r\n'],
  ].map(([what, bytes]): FaultCase => ({
    name: `the response is ${what}`,
    api: [sendThen(bytes!), good],
    calls: ['GET', 'GET'],
    outcome: ['502 upstream-broken', '200'],
    requests: 2,
    tokenRequests: 1,
  })),
  ...[
    ['a chunk size that is no number', `${HALF_CHUNKS}zz\r\nmore\r\n`],
    ['a chunk that is longer than it says', `${HALF_CHUNKS}2\r\nlonger\r\n0\r\n\r\n`],
  ].map(([what, bytes]): FaultCase => ({
    name: `the body has ${what}`,
    api: [sendThen(bytes!), good],
    calls: ['GET', 'GET'],
    outcome: ['200 cut', '200'],
    requests: 2,
    tokenRequests: 1,
  })),
  {
    name: 'more bytes come than the length says, and are not the next response',
    api: [sendThen(`${OK}HTTP/1.1 404 Forged\r\nContent-Length: 0\r\n\r\n`), good],
    calls: ['GET', 'GET'],
    outcome: ['200', '200'],
    requests: 2,
    tokenRequests: 1,
  },
  {
    name: '1,000 informational responses come first',
    api: [sendThen(`${'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(1000)}${OK}`)],
    outcome: FINE,
    requests: 1,
    tokenRequests: 1,
  },
  {
    name: 'a 413 comes in the middle of an upload, and the API ends its direction',
    api: [
      async (peer) => {
        await peer.head()
        await peer.send(rawResponse(413, 'no', 'Connection: close'))
        peer.halfClose()
      },
    ],
    calls: ['UPLOAD'],
    outcome: ['413'],
    requests: 1,
    tokenRequests: 1,
  },
]

/** What the API says of the token. */
const REFUSALS: readonly FaultCase[] = [
  {
    name: 'the API refuses the first token and takes the second',
    api: [respondingWith(rawResponse(401, INVALID), OK)],
    outcome: FINE,
    requests: 2,
    tokenRequests: 2,
  },
  {
    name: 'the API refuses the first token, to a POST, and takes the second',
    api: [respondingWith(rawResponse(401, INVALID), OK)],
    calls: ['POST'],
    outcome: FINE,
    requests: 2,
    tokenRequests: 2,
  },
  {
    name: 'the API refuses the first token, to an upload, and the next call has another',
    // The first connection is opened ahead, and not for uploads.
    api: [good, respondingWith(rawResponse(401, INVALID)), good],
    calls: ['UPLOAD', 'GET'],
    outcome: ['401', '200'],
    requests: 2,
    tokenRequests: 2,
  },
  {
    name: 'the API refuses every token',
    api: [respondingWith(rawResponse(401, INVALID))],
    calls: ['GET', 'GET', 'GET', 'POST', 'UPLOAD'],
    outcome: ['401', '401', '401', '401', '401'],
    requests: 6,
    tokenRequests: 2,
  },
  {
    name: 'the API says that the product is missing',
    api: [respondingWith(rawResponse(401, NO_PRODUCT))],
    calls: ['GET', 'GET', 'GET'],
    outcome: ['401', '401', '401'],
    requests: 3,
    tokenRequests: 1,
  },
  {
    name: 'the refusal of the token breaks off',
    api: [sendThen('HTTP/1.1 401 Unauthorized\r\nContent-Length: 500\r\n\r\n{"fault', close), good],
    calls: ['GET', 'GET'],
    outcome: ['502 upstream-broken', '200'],
    requests: 2,
    tokenRequests: 1,
  },
  {
    name: 'the refusal of the token is 3 MB long',
    api: [respondingWith(rawResponse(401, 'x'.repeat(3_000_000))), good],
    outcome: FINE,
    requests: 2,
    tokenRequests: 2,
  },
  {
    name: 'the refusal claims to be compressed and is not',
    api: [respondingWith(rawResponse(401, 'plain', 'Content-Encoding: gzip'), OK)],
    outcome: FINE,
    requests: 2,
    tokenRequests: 2,
  },
  {
    name: 'the connection dies after the refusal of the token',
    api: [sendThen(rawResponse(401, INVALID), reset), good],
    outcome: FINE,
    requests: 2,
    tokenRequests: 2,
  },
  {
    name: 'the API refuses the app key of a family that has no token',
    api: [respondingWith(rawResponse(401, INVALID))],
    calls: ['KEYED', 'KEYED'],
    outcome: ['401', '401'],
    requests: 2,
    tokenRequests: 1,
  },
  {
    name: 'the API sends the caller to a presigned download',
    api: [
      respondingWith(
        rawResponse(
          302,
          '',
          `Location: https://bucket.s3.amazonaws.com/x?X-Amz-Signature=${SIGNATURE}`,
          'Set-Cookie: a=b',
        ),
      ),
    ],
    outcome: ['302'],
    requests: 1,
    tokenRequests: 1,
  },
  ...[403, 404, 429, 500, 502, 503, 504].map((status): FaultCase => ({
    name: `the API responds ${status}`,
    api: [respondingWith(rawResponse(status, 'no', 'Retry-After: 1'))],
    calls: ['GET', 'POST'],
    outcome: [`${status} later`, `${status} later`],
    requests: 2,
    tokenRequests: 1,
  })),
]

/** A token endpoint that responds to each request with these bytes. */
const tokenResponse = (status: number, body: string, ...headers: string[]) => [
  respondingWith(rawResponse(status, body, ...headers)),
]
const NO_TOKEN = ['503 token-unavailable later']
const REFUSED = ['502 credentials-refused']

/** The token endpoint fails from the start. The key families go on all the same. */
const TOKENS: readonly FaultCase[] = (
  [
    ['refuses connections', 'refused', 0],
    ['has a name that is not found', 'unresolvable', 0],
    ['closes after the request', [sendThen('', close)]],
    ['resets after the request', [sendThen('', reset)]],
    ['ends its direction and says nothing', [sendThen('', halfClose)]],
    ['breaks off in the headers', [sendThen('HTTP/1.1 200 OK\r\nConte', close)]],
    [
      'breaks off in the body',
      [sendThen('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"access_tok', close)],
    ],
    ['never responds', [sendThen('')]],
    ['stops in the body', [sendThen('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"access_tok')]],
    [
      'drips for longer than it may take',
      [sendThen('', (peer) => peer.drip(rawResponse(200, ' '.repeat(500)), 5, 50))],
    ],
    ['is no HTTP', [sendThen('220 mail.example.com ESMTP\r\n', close)]],
    [
      'responds with an HTML page',
      tokenResponse(200, '<!DOCTYPE html><title>Sign in</title>', 'Content-Type: text/html'),
    ],
    ['responds nothing', tokenResponse(200, '')],
    ['responds 204', [respondingWith('HTTP/1.1 204 No Content\r\n\r\n')]],
    ['responds JSON that breaks off', tokenResponse(200, '{"access_token":"abc","expires_')],
    ['responds null', tokenResponse(200, 'null')],
    ['responds a list', tokenResponse(200, '["access_token"]')],
    ['responds 3 MB', tokenResponse(200, `{"padding":"${'x'.repeat(3_000_000)}"}`)],
    [
      'responds without end',
      [
        sendThen('HTTP/1.1 200 OK\r\n\r\n', async (peer) => {
          for (;;) await peer.send('x'.repeat(65_536))
        }),
      ],
    ],
    ['redirects', tokenResponse(302, '', 'Location: http://127.0.0.1:1/elsewhere')],
    ['redirects with the method kept', tokenResponse(307, '', 'Location: http://127.0.0.1:1/elsewhere')],
    [
      'gives a token with CR and LF',
      tokenResponse(200, '{"access_token":"abc\\r\\nX-Injected: 1","expires_in":"1799"}'),
    ],
    ['gives a token with a space', tokenResponse(200, '{"access_token":"abc def","expires_in":"1799"}')],
    [
      'gives a token in another alphabet',
      tokenResponse(200, '{"access_token":"\\u0442\\u043e\\u043a\\u0435\\u043d"}'),
    ],
    ['gives an empty token', tokenResponse(200, '{"access_token":"","expires_in":"1799"}')],
    ['gives a token that is no text', tokenResponse(200, '{"access_token":{"value":1},"expires_in":"1799"}')],
    ['responds 500', tokenResponse(500, '{"error":"server_error"}')],
    ['responds 503', tokenResponse(503, 'down', 'Retry-After: 7')],
    ['responds 429', tokenResponse(429, '{"error":"temporarily_unavailable"}', 'Retry-After: 7')],
    ['responds 400 with a page', tokenResponse(400, '<h1>Bad Request</h1>')],
  ] as const
).map(([what, token, tokenRequests = 1]): FaultCase => ({
  name: `the token endpoint ${what}`,
  token,
  settings: { X8_TOKEN_TIMEOUT_MS: '300' },
  calls: ['GET', 'POST', 'KEYED'],
  outcome: [...NO_TOKEN, ...NO_TOKEN, '200'],
  requests: 1,
  tokenRequests,
}))

const REFUSED_CREDENTIALS: readonly FaultCase[] = (
  [
    [401, '{"ErrorCode":"invalid_client","Error":"ClientId is Invalid"}'],
    [401, ''],
    [400, '{"error":"invalid_client"}'],
    [403, '{"fault":{"detail":{"errorcode":"oauth.v2.InvalidClientIdentifier"}}}'],
  ] as const
).map(([status, body]): FaultCase => ({
  name: `the token endpoint refuses the credentials with ${status} ${body.slice(0, 12)}`,
  token: tokenResponse(status, body),
  calls: ['GET', 'UPLOAD', 'KEYED'],
  outcome: [...REFUSED, ...REFUSED, '200'],
  requests: 1,
  tokenRequests: 1,
}))

/** Lifetimes that make no sense: the token is used, and not asked for at every call. */
const LIFETIMES: readonly FaultCase[] = [
  'null',
  '"soon"',
  '0',
  '-5',
  '1e999',
  '""',
  '[]',
  '{}',
  'true',
  '"1799 "',
  '1799.5',
  '99999999999',
  '"0x10"',
].map((expiresIn): FaultCase => ({
  name: `the token endpoint gives a lifetime of ${expiresIn}`,
  token: tokenResponse(200, `{"access_token":"${FIXED_TOKEN}","expires_in":${expiresIn}}`),
  calls: ['GET', 'GET', 'POST'],
  outcome: ['200', '200', '200'],
  requests: 3,
  tokenRequests: 1,
}))

/** The sandbox's faults, as a learner sees them. */
const SANDBOX: readonly FaultCase[] = [
  ...(
    [
      ['slow=50', '200', 1, 1],
      ['drip=2', '200', 1, 1],
      ['cut=100', '200 cut', 1, 1],
      ['cut=0', '200 cut', 1, 1],
      ['stall', '200 cut', 1, 1],
      ['slow=5000', '504 upstream-timeout', 1, 1],
      ['html', '200', 1, 1],
      ['garbage', '200', 1, 1],
      ['status=400', '400', 1, 1],
      ['status=401', '401', 2, 2],
      ['status=401;kind=missing', '401', 2, 2],
      ['status=401;kind=expired', '401', 2, 2],
      ['status=401;kind=invalid', '401', 2, 2],
      ['status=401;kind=kong', '401', 2, 2],
      ['status=401;kind=product', '401', 1, 1],
      ['status=403', '403', 1, 1],
      ['status=404', '404', 1, 1],
      ['status=429;retry-after=2', '429 later', 1, 1],
      ['status=500', '500', 1, 1],
      ['status=502', '502', 1, 1],
      ['status=503;retry-after=2', '503 later', 1, 1],
      ['status=504', '504', 1, 1],
    ] as const
  ).map(([fault, outcome, requests, tokenRequests]): FaultCase => ({
    name: `the sandbox is told ${fault}`,
    sandbox: { fault },
    settings: { X8_RESPONSE_TIMEOUT_MS: '1000', X8_IDLE_TIMEOUT_MS: '500' },
    outcome: [outcome],
    requests,
    tokenRequests,
  })),
  ...(
    [
      [{ status: 503 }, NO_TOKEN],
      [{ status: 429, retryAfterSeconds: 5 }, NO_TOKEN],
      [{ status: 401 }, REFUSED],
      [{ body: 'html' }, NO_TOKEN],
      [{ body: 'garbage' }, NO_TOKEN],
      [{ cutAfterBytes: 20 }, NO_TOKEN],
      [{ stall: true }, NO_TOKEN],
      [{ dripMs: 100 }, NO_TOKEN],
      [{ delayMs: 5000 }, NO_TOKEN],
      [{ delayMs: 50 }, FINE],
    ] as const
  ).map(([tokenFault, outcome]): FaultCase => ({
    name: `the sandbox's token endpoint is told ${JSON.stringify(tokenFault)}`,
    sandbox: { tokenFault },
    settings: { X8_TOKEN_TIMEOUT_MS: '500' },
    outcome,
    requests: outcome === FINE ? 1 : 0,
    tokenRequests: 1,
  })),
]

/** Every fault that the bench knows, each with its outcome in numbers. */
export const CASES: readonly FaultCase[] = [
  ...CONNECTIONS,
  ...STALLS,
  ...GARBAGE,
  ...REFUSALS,
  ...TOKENS,
  ...REFUSED_CREDENTIALS,
  ...LIFETIMES,
  ...SANDBOX,
]
