/** A request as an attacker would write it. */
export interface Attack {
  readonly name: string
  /** One character a byte. `{id}` stands for four characters, by which the server behind tells who sent what. */
  readonly raw: string
  /** Why this proxy forwards it although nginx and HAProxy refuse it. */
  readonly differs?: string
}

/** A server that sees this as a request of its own has been smuggled one. */
const SMUGGLED = 'GET /smuggled/{id} HTTP/1.1\r\nHost: localhost\r\nX-Case: {id}\r\n\r\n'
const CHUNKED = 'Transfer-Encoding: chunked'
const END = '0\r\n\r\n'
const BODY = '3\r\nabc\r\n0\r\n\r\n'

/** Every request line, header section and body here is joined with CRLF; an attack on that writes its own. */
function request(requestLine: string, headers: readonly string[] = [], body = ''): string {
  const head = [requestLine, 'Host: localhost', 'X-Case: {id}', ...headers]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

/** A POST whose framing is the attack; what follows the shorter reading of its body would be another request. */
function framed(name: string, headers: readonly string[], body = `${END}${SMUGGLED}`): Attack {
  return { name, raw: request('POST /storage/{id} HTTP/1.1', headers, body) }
}

function chunks(name: string, body: string): Attack {
  return { name, raw: request('POST /storage/{id} HTTP/1.1', [CHUNKED], body) }
}

function line(name: string, requestLine: string): Attack {
  return { name, raw: request(requestLine) }
}

function target(requestTarget: string): Attack {
  const name = `target ${requestTarget.length > 60 ? `${requestTarget.slice(0, 40)}...` : requestTarget}`
  return { name: JSON.stringify(name).slice(1, -1), raw: request(`GET ${requestTarget} HTTP/1.1`) }
}

function host(name: string, ...hosts: readonly string[]): Attack {
  const headers = hosts.map((value) => `Host: ${value}`)
  return {
    name: `host: ${name}`,
    raw: ['GET /storage/{id} HTTP/1.1', 'X-Case: {id}', ...headers, '', ''].join('\r\n'),
  }
}

function header(name: string, ...lines: readonly string[]): Attack {
  return { name: `header: ${name}`, raw: request('GET /storage/{id} HTTP/1.1', lines) }
}

function connection(options: string, ...headers: readonly string[]): Attack {
  return {
    name: `Connection: ${options}`,
    raw: request(
      'POST /storage/{id} HTTP/1.1',
      [`Connection: ${options}`, 'Content-Length: 3', ...headers],
      'abc',
    ),
  }
}

const FRAMING: readonly Attack[] = [
  framed('CL.TE', [`Content-Length: ${END.length + SMUGGLED.length}`, CHUNKED]),
  framed('CL.TE, the other way round', [CHUNKED, `Content-Length: ${END.length + SMUGGLED.length}`]),
  framed('TE.CL', ['Content-Length: 4', CHUNKED], `5c\r\nGPOST / HTTP/1.1\r\n\r\n${END}`),
  framed('CL.0', ['Content-Length: 0', CHUNKED]),
  framed('TE with a space before the colon', ['Content-Length: 5', 'Transfer-Encoding : chunked']),
  framed('TE with a tab before the colon', ['Content-Length: 5', 'Transfer-Encoding\t: chunked']),
  framed('TE after a vertical tab', ['Content-Length: 5', 'Transfer-Encoding:\x0bchunked']),
  framed('TE after a form feed', ['Content-Length: 5', 'Transfer-Encoding:\x0cchunked']),
  framed('TE after a NUL', ['Content-Length: 5', 'Transfer-Encoding:\0chunked']),
  framed('TE in quotes', ['Content-Length: 5', 'Transfer-Encoding: "chunked"']),
  framed('TE in single quotes', ['Content-Length: 5', "Transfer-Encoding: 'chunked'"]),
  framed('TE xchunked', ['Content-Length: 5', 'Transfer-Encoding: xchunked']),
  framed('TE chunkedx', ['Content-Length: 5', 'Transfer-Encoding: chunkedx']),
  framed('TE chunked with a comma', ['Content-Length: 5', 'Transfer-Encoding: chunked,']),
  framed('TE chunked with a parameter', ['Content-Length: 5', 'Transfer-Encoding: chunked;a=b']),
  framed('TE in capitals beside CL', ['Content-Length: 5', 'TRANSFER-ENCODING: CHUNKED']),
  framed('TE identity and chunked', ['Content-Length: 5', 'Transfer-Encoding: identity, chunked']),
  framed('TE chunked and identity', ['Content-Length: 5', 'Transfer-Encoding: chunked, identity']),
  framed('TE twice', ['Content-Length: 5', CHUNKED, 'Transfer-Encoding: identity']),
  framed('TE twice, the other way round', ['Content-Length: 5', 'Transfer-Encoding: x', CHUNKED]),
  framed('TE chunked twice in one list', ['Transfer-Encoding: chunked, chunked']),
  framed('TE gzip, chunked', ['Transfer-Encoding: gzip, chunked']),
  framed('TE of a coding that is not chunked', ['Transfer-Encoding: gzip']),
  framed('TE empty', ['Content-Length: 5', 'Transfer-Encoding:']),
  framed('TE folded', ['Content-Length: 5', 'Transfer-Encoding:\r\n chunked']),
  framed('TE hidden behind a bare CR', ['Content-Length: 5', 'X: y\rTransfer-Encoding: chunked']),
  framed('TE hidden behind a bare LF', ['Content-Length: 5', 'X: y\nTransfer-Encoding: chunked']),
  framed('TE hidden in a folded line', ['Content-Length: 5', 'X: y', ' Transfer-Encoding: chunked']),
  framed('TE with an underscore', ['Content-Length: 5', 'Transfer_Encoding: chunked'], END),
  framed('TE with a non-ASCII letter', ['Content-Length: 5', 'Tran\xdffer-Encoding: chunked']),
  framed('TE in HTTP/1.1 with no CL and capitals', ['Transfer-Encoding: Chunked'], BODY),
  framed('CL twice, different', ['Content-Length: 5', 'Content-Length: 6']),
  framed('CL twice, the same', ['Content-Length: 5', 'Content-Length: 5']),
  framed('CL list', ['Content-Length: 5, 5']),
  framed('CL list, different', ['Content-Length: 5, 6']),
  framed('CL plus', ['Content-Length: +5']),
  framed('CL minus', ['Content-Length: -5']),
  framed('CL minus nothing', ['Content-Length: -0']),
  framed('CL hexadecimal', ['Content-Length: 0x5']),
  framed('CL octal', ['Content-Length: 05'], 'abcde'),
  framed('CL exponential', ['Content-Length: 5e0']),
  framed('CL decimal', ['Content-Length: 5.0']),
  framed('CL with an underscore', ['Content-Length: 5_0']),
  framed('CL with spaces inside', ['Content-Length: 5 0']),
  framed('CL empty', ['Content-Length:']),
  framed('CL letters', ['Content-Length: five']),
  framed('CL with a trailing tab', ['Content-Length: 5\t'], 'abcde'),
  framed('CL in Arabic digits', ['Content-Length: \xd9\xa5']),
  framed('CL beyond 64 bits', ['Content-Length: 18446744073709551621']),
  framed('CL beyond 63 bits', ['Content-Length: 9223372036854775808']),
  framed('CL with a space before the colon', ['Content-Length : 5']),
  framed('CL hidden behind a bare CR', ['X: y\rContent-Length: 5'], ''),
  framed('CL folded', ['Content-Length:\r\n 5'], 'abcde'),
  framed('neither CL nor TE', [], ''),
  { name: 'GET with a body', raw: request('GET /storage/{id} HTTP/1.1', ['Content-Length: 3'], 'abc') },
  { name: 'GET with a chunked body', raw: request('GET /storage/{id} HTTP/1.1', [CHUNKED], BODY) },
  { name: 'HEAD with a body', raw: request('HEAD /storage/{id} HTTP/1.1', ['Content-Length: 3'], 'abc') },
  {
    name: 'GET with a request for a body',
    raw: request('GET /storage/{id} HTTP/1.1', [`Content-Length: ${SMUGGLED.length}`], SMUGGLED),
  },
  {
    name: 'chunks that hold a request',
    raw: request(
      'POST /storage/{id} HTTP/1.1',
      [CHUNKED],
      `7\r\nhello\r\n\r\n${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n${END}`,
    ),
  },
  {
    name: 'HTTP/1.0 with TE',
    raw: request('POST /storage/{id} HTTP/1.0', [CHUNKED, 'Connection: keep-alive'], BODY),
  },
  {
    name: 'HTTP/1.0 with CL and TE',
    raw: request(
      'POST /storage/{id} HTTP/1.0',
      ['Content-Length: 5', CHUNKED, 'Connection: keep-alive'],
      `${END}${SMUGGLED}`,
    ),
  },
  {
    name: 'HTTP/1.0 with CL',
    raw: request('POST /storage/{id} HTTP/1.0', ['Content-Length: 3', 'Connection: keep-alive'], 'abc'),
  },
]

const CHUNKS: readonly Attack[] = [
  chunks('chunk size with a plus', `+3\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size with a minus', `-3\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size with 0x', `0x3\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size that is no number', `zz\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size missing', `\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size beyond 64 bits', `10000000000000003\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size with many zeros', `000000003\r\nabc\r\n${END}`),
  chunks('chunk size after a space', ` 3\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size before a space', `3 \r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size before a tab', `3\t\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size before a NUL', `3\0\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size in capitals', `A\r\n0123456789\r\n${END}`),
  chunks('chunk size before a bare LF', `3\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk size before a bare CR', `3\rabc\r\n${END}${SMUGGLED}`),
  chunks('chunk data before a bare LF', `3\r\nabc\n${END}${SMUGGLED}`),
  chunks('chunk data longer than its size', `3\r\nabcdef\r\n${END}${SMUGGLED}`),
  chunks('chunk data without an end', `3\r\nabc0\r\n\r\n${SMUGGLED}`),
  chunks('chunk extension', `3;a=b\r\nabc\r\n0;c\r\n\r\n`),
  chunks('chunk extension in quotes', `3;a="b;c"\r\nabc\r\n${END}`),
  chunks('chunk extension with a bare LF', `3;a\nb\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk extension with a bare CR', `3;a\rb\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk extension with a NUL', `3;a=\0\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('chunk extension in quotes that never close', `3;a="b\r\nabc\r\n${END}`),
  chunks('chunk extension of 20,000 bytes', `3;${'a'.repeat(20_000)}\r\nabc\r\n${END}${SMUGGLED}`),
  chunks('last chunk before a bare LF', `3\r\nabc\r\n0\n\n${SMUGGLED}`),
  chunks('last chunk with many zeros', `3\r\nabc\r\n0000\r\n\r\n`),
  chunks('trailer', `3\r\nabc\r\n0\r\nX-Trailer: y\r\n\r\n`),
  chunks('trailer that would be a length', `3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n`),
  chunks('trailer that would be a credential', `3\r\nabc\r\n0\r\nAuthorization: Bearer forged\r\n\r\n`),
  chunks('trailer that would be a coding', `3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n`),
  chunks('trailer without a colon', `3\r\nabc\r\n0\r\nnonsense\r\n\r\n${SMUGGLED}`),
  chunks('trailer with a space before the colon', `3\r\nabc\r\n0\r\nX : y\r\n\r\n${SMUGGLED}`),
  chunks('trailer with a bare CR', `3\r\nabc\r\n0\r\nX: y\rZ: z\r\n\r\n${SMUGGLED}`),
]

const LINES: readonly Attack[] = [
  line('two spaces before the target', 'GET  /storage/{id} HTTP/1.1'),
  line('a tab before the target', 'GET\t/storage/{id} HTTP/1.1'),
  line('a tab after the target', 'GET /storage/{id}\tHTTP/1.1'),
  line('a space in the target', 'GET /storage/{id} x HTTP/1.1'),
  line('a space at the end', 'GET /storage/{id} HTTP/1.1 '),
  line('a space at the start', ' GET /storage/{id} HTTP/1.1'),
  line('an empty line at the start', '\r\nGET /storage/{id} HTTP/1.1'),
  line('a bare LF at the start', '\nGET /storage/{id} HTTP/1.1'),
  line('a bare CR at the start', '\rGET /storage/{id} HTTP/1.1'),
  line('a bare CR in the line', 'GET /storage/{id}\rHTTP/1.1'),
  line('a vertical tab in the line', 'GET\x0b/storage/{id}\x0bHTTP/1.1'),
  line('a request in the line', 'GET /storage/{id} HTTP/1.1\rGET /smuggled/{id} HTTP/1.1'),
  line('no target', 'GET HTTP/1.1'),
  line('no version', 'GET /storage/{id}'),
  line('version in lower case', 'GET /storage/{id} http/1.1'),
  line('version 1.2', 'GET /storage/{id} HTTP/1.2'),
  line('version 1.10', 'GET /storage/{id} HTTP/1.10'),
  line('version 01.1', 'GET /storage/{id} HTTP/01.1'),
  line('version 1', 'GET /storage/{id} HTTP/1'),
  line('version 0.9', 'GET /storage/{id} HTTP/0.9'),
  line('version 2.0', 'GET /storage/{id} HTTP/2.0'),
  line('version -1.1', 'GET /storage/{id} HTTP/-1.1'),
  line('another protocol', 'GET /storage/{id} HTCPCP/1.1'),
  {
    ...line('RTSP', 'GET /storage/{id} RTSP/1.0'),
    differs:
      "Node's parser takes it for HTTP/1.0 and does not tell. Its framing is HTTP's, so it is one request.",
  },
  line('lower-case method', 'get /storage/{id} HTTP/1.1'),
  line('method with a slash', 'GE/T /storage/{id} HTTP/1.1'),
  line('method with a NUL', 'GE\0T /storage/{id} HTTP/1.1'),
  line('method with a colon', 'GET: /storage/{id} HTTP/1.1'),
  line('method beyond ASCII', 'G\xc9T /storage/{id} HTTP/1.1'),
  line('method of 3,000 letters', `${'A'.repeat(3000)} /storage/{id} HTTP/1.1`),
  line('no method', '/storage/{id} HTTP/1.1'),
  line('TRACE', 'TRACE /storage/{id} HTTP/1.1'),
  line('CONNECT', 'CONNECT localhost:443 HTTP/1.1'),
  line('CONNECT with a path', 'CONNECT /storage/{id} HTTP/1.1'),
  line('a line of 20,000 bytes', `GET /storage/{id}/${'x'.repeat(20_000)} HTTP/1.1`),
  line('a line of 4,000 bytes', `GET /storage/{id}/${'x'.repeat(4_000)} HTTP/1.1`),
  { name: 'HTTP/0.9', raw: 'GET /storage/{id}\r\n' },
  { name: 'HTTP/0.9 with a bare LF', raw: 'GET /storage/{id}\n' },
  { name: 'HTTP/2 preface', raw: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  {
    name: 'HTTP/2 preface and frames',
    raw: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x05\x01\x05\0\0\0\x01\x82\x86\x84\x41\x00',
  },
  { name: 'TLS ClientHello', raw: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' },
  {
    name: 'PROXY protocol',
    raw: `PROXY TCP4 1.2.3.4 127.0.0.1 1 80\r\n${request('GET /storage/{id} HTTP/1.1')}`,
  },
  { name: 'bare LF everywhere', raw: request('GET /storage/{id} HTTP/1.1').replaceAll('\r\n', '\n') },
  { name: 'bare CR everywhere', raw: request('GET /storage/{id} HTTP/1.1').replaceAll('\r\n', '\r') },
  {
    name: 'a bare LF at the end of the headers',
    raw: 'POST /storage/{id} HTTP/1.1\r\nHost: localhost\r\nX-Case: {id}\r\nContent-Length: 3\r\n\nabc',
  },
]

const TARGETS: readonly Attack[] = [
  'http://localhost/storage/{id}',
  'http://LOCALHOST/storage/{id}',
  'http://evil.example/storage/{id}',
  'https://localhost/storage/{id}',
  'ftp://localhost/storage/{id}',
  'http:///storage/{id}',
  'http:/storage/{id}',
  'http://localhost:80:80/storage/{id}',
  'http://user@localhost/storage/{id}',
  'http://localhost@evil.example/storage/{id}',
  'http://localhost\\@evil.example/storage/{id}',
  'http://localhost#@evil.example/storage/{id}',
  'http://localhost?storage/{id}',
  'http://[::1/storage/{id}',
  'javascript:storage/{id}',
  '1http://localhost/storage/{id}',
  'localhost:80',
  'localhost',
  '*',
  '*/storage/{id}',
  '?storage/{id}',
  '#storage/{id}',
  ';storage/{id}',
  'storage/{id}',
  '@evil.example/storage/{id}',
  '.evil.example/storage/{id}',
  ':80/storage/{id}',
  '//evil.example/storage/{id}',
  '///evil.example/storage/{id}',
  '/\\evil.example/storage/{id}',
  '\\\\evil.example/storage/{id}',
  '/storage/{id}//x',
  '/storage/{id}/./x',
  '/storage/{id}/../x',
  '/../storage/{id}',
  '/storage/{id}/..',
  '/storage/{id}/../../..',
  '/storage/{id}/%2e%2e/x',
  '/storage/{id}/.%2E/x',
  '/storage/{id}/%2e/x',
  '/storage/{id}/..%2fx',
  '/storage/{id}/..%5cx',
  '/storage/{id}/..\\x',
  '/storage/{id}/..;/x',
  '/storage/{id}/..;a=b/x',
  '/storage/{id}/..%3b/x',
  '/storage/{id}/%252e%252e/x',
  '/storage/{id}/%25252e%25252e%25252fx',
  '/storage/{id}/%c0%ae%c0%ae/x',
  '/storage/{id}/%e0%80%ae%e0%80%ae/x',
  '/storage/{id}/%f0%80%80%ae/x',
  '/storage/{id}/%c0%af..%c0%af/x',
  '/storage/{id}/%u002e%u002e/x',
  '/storage/{id}/%uff0e%uff0e/x',
  '/storage/{id}/%EF%BC%8E%EF%BC%8E/x',
  '/storage/{id}/...//x',
  '/storage/{id}/%00',
  '/storage/{id}/%00/../x',
  '/storage/{id}%0d%0aX-Injected:%20yes',
  '/storage/{id}%0aX',
  '/storage/{id}%20HTTP/1.1',
  '/storage/{id}%23x',
  '/storage/{id}%3fx',
  '/storage/{id}/%',
  '/storage/{id}/%4',
  '/storage/{id}/%zz',
  '/storage/{id}/%-1',
  '/storage/{id}\0x',
  '/storage/{id}\x01x',
  '/storage/{id}\tx',
  '/storage/{id}\x0bx',
  '/storage/{id}\x7fx',
  '/storage/{id}\x80x',
  '/storage/{id}/\xc3\xa9',
  '/storage/{id}/\xc0\xae\xc0\xae/x',
  '/storage/{id}?\xff',
  '/storage/{id}#x',
  '/storage/{id}?a#b',
  '/storage/{id}?a=\0',
  '/storage/{id}?a=%00',
  '/storage/{id}?a=../..',
  '/storage/{id}?a=http://evil.example/',
  '/storage/{id}?\\',
  '/storage/{id}/{a}|^`"<>',
  "/storage/{id}/!$&'()*+,;=:@",
].map(target)

const HOSTS: readonly Attack[] = [
  host('missing'),
  host('empty', ''),
  host('twice', 'localhost', 'localhost'),
  host('twice, different', 'localhost', 'evil.example'),
  host('list', 'localhost, evil.example'),
  host('list without space', 'localhost,evil.example'),
  host('user information', 'user@localhost'),
  host('password', 'user:password@localhost'),
  host('name as user information', 'localhost@evil.example'),
  host('port that is no number', 'localhost:port'),
  host('port of another', 'localhost:80@evil.example'),
  host('two ports', 'localhost:80:80'),
  host('port with a sign', 'localhost:-80'),
  host('port with six digits', 'localhost:808080'),
  host('port empty', 'localhost:'),
  host('path', 'localhost/x'),
  host('query', 'localhost?x'),
  host('fragment', 'localhost#x'),
  host('backslash', 'localhost\\x'),
  host('space', 'localhost evil.example'),
  host('tab', 'localhost\tevil.example'),
  host('NUL', 'localhost\0'),
  host('bare CR', 'localhost\rX: y'),
  host('beyond ASCII', 'l\xf6calhost'),
  host('percent', 'local%68ost'),
  host('dots', 'localhost..'),
  host('open bracket', '[::1'),
  host('zone', '[::1%25lo]'),
  host('bracketed name', '[localhost]'),
  host('quoted', '"localhost"'),
  host('URL', 'http://localhost'),
  {
    name: 'host: with a space before the colon',
    raw: 'GET /storage/{id} HTTP/1.1\r\nHost : localhost\r\nX-Case: {id}\r\n\r\n',
  },
  {
    name: 'host: folded',
    raw: 'GET /storage/{id} HTTP/1.1\r\nHost:\r\n localhost\r\nX-Case: {id}\r\n\r\n',
  },
  {
    name: 'host: absolute form and another Host',
    raw: 'GET http://localhost/storage/{id} HTTP/1.1\r\nHost: evil.example\r\nX-Case: {id}\r\n\r\n',
  },
  {
    name: 'host: missing in HTTP/1.0',
    raw: 'GET /storage/{id} HTTP/1.0\r\nX-Case: {id}\r\nConnection: keep-alive\r\n\r\n',
  },
]

const HEADERS: readonly Attack[] = [
  header('without a name', ': x'),
  header('without a colon', 'nonsense'),
  header('empty line of spaces', '  '),
  header('space in the name', 'X Y: z'),
  header('space before the name', ' X: y'),
  header('space before the colon', 'X : y'),
  header('NUL in the name', 'X\0Y: z'),
  header('NUL in the value', 'X: y\0z'),
  header('bare CR in the name', 'X\rY: z'),
  header('bare CR in the value', 'X: y\rz'),
  header('bare CR at the end', 'X: y\r'),
  header('bare LF in the value', 'X: y\nz'),
  header('control character in the value', 'X: y\x01z'),
  header('DEL in the value', 'X: y\x7fz'),
  header('escape in the value', 'X: \x1b[31m'),
  header('latin-1 in the value', 'X: \xe9'),
  header('beyond ASCII in the name', 'X\xe9: y'),
  header('bracket in the name', 'X(Y): z'),
  header('slash in the name', 'X/Y: z'),
  header('quote in the name', 'X"Y: z'),
  header('at sign in the name', 'X@Y: z'),
  header('tab in the name', 'X\tY: z'),
  header('folded', 'X: y', ' z'),
  header('folded with a tab', 'X: y', '\tz'),
  header('of 20,000 bytes', `X: ${'y'.repeat(20_000)}`),
  header('5,000 of them', ...Array<string>(5_000).fill('X: y')),
  header('pseudo-header of HTTP/2', ':path: /smuggled/{id}'),
  header('X-HTTP-Method-Override', 'X-HTTP-Method-Override: DELETE'),
  header('X-Original-URL', 'X-Original-URL: /smuggled/{id}', 'X-Rewrite-URL: /smuggled/{id}'),
  header('Expect of something unknown', 'Expect: 200-ok'),
  header('Expect empty', 'Expect:'),
  header('Expect without a body', 'Expect: 100-continue'),
  header('TE', 'TE: trailers, chunked', 'Connection: TE'),
  header('Trailer', 'Trailer: Content-Length, Authorization'),
  header('Upgrade to WebSocket', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'),
  header('Upgrade to h2c', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'),
  header('Upgrade to TLS', 'Connection: Upgrade', 'Upgrade: TLS/1.2'),
  header('Upgrade that Connection does not name', 'Upgrade: websocket'),
  {
    name: 'header: Expect, and the body at once',
    raw: request('POST /storage/{id} HTTP/1.1', ['Expect: 100-continue', 'Content-Length: 3'], 'abc'),
  },
  {
    name: 'header: Expect of something unknown, and the body at once',
    raw: request('POST /storage/{id} HTTP/1.1', ['Expect: 100-continued', 'Content-Length: 3'], 'abc'),
  },
  {
    name: 'header: Upgrade with a request for a body',
    raw: request(
      'POST /storage/{id} HTTP/1.1',
      ['Connection: Upgrade', 'Upgrade: h2c', `Content-Length: ${SMUGGLED.length}`],
      SMUGGLED,
    ),
  },
]

const CONNECTIONS: readonly Attack[] = [
  connection('Content-Length'),
  connection('close, Content-Length, Transfer-Encoding'),
  connection('Host'),
  connection('Authorization', 'Authorization: Bearer forged'),
  connection('X-Api-Key, 8x8-apikey', 'X-Api-Key: forged'),
  connection('X-Case, X-Request-Id', 'X-Request-Id: mine'),
  connection('Connection'),
  connection('keep-alive, close'),
  connection('close\0'),
  connection('keep-alive,,,, ,'),
  connection('"Content-Length"'),
  connection('Cookie, Content-Type', 'Cookie: a=b', 'Content-Type: text/plain'),
]

/** What is sent to this proxy, to nginx and to HAProxy. */
export const CORPUS: readonly Attack[] = [
  ...FRAMING,
  ...CHUNKS,
  ...LINES,
  ...TARGETS,
  ...HOSTS,
  ...HEADERS,
  ...CONNECTIONS,
]
