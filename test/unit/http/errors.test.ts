import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROBLEMS, ProxyError, renderProblem, type ProblemName } from '../../../src/http/errors.js'

const names = Object.keys(PROBLEMS) as ProblemName[]

// RFC 9209, section 2.3.
const PROXY_ERROR_TYPES = new Set([
  'dns_timeout', 'dns_error', 'destination_not_found', 'destination_unavailable', 'destination_ip_prohibited',
  'destination_ip_unroutable', 'connection_refused', 'connection_terminated', 'connection_timeout',
  'connection_read_timeout', 'connection_write_timeout', 'connection_limit_reached', 'tls_protocol_error',
  'tls_certificate_error', 'tls_alert_received', 'http_request_error', 'http_request_denied',
  'http_response_incomplete', 'http_response_header_section_size', 'http_response_header_size',
  'http_response_body_size', 'http_response_trailer_section_size', 'http_response_trailer_size',
  'http_response_transfer_coding', 'http_response_content_coding', 'http_response_timeout', 'http_upgrade_failed',
  'http_protocol_error', 'proxy_internal_response', 'proxy_internal_error', 'proxy_configuration_error',
  'proxy_loop_detected',
]) // prettier-ignore

test('every failure that callers rely on has its status', () => {
  const promised: Partial<Record<ProblemName, number>> = {
    'bad-target': 400,
    'proxy-key-required': 401,
    'host-not-allowed': 403,
    'cross-site': 403,
    'not-allowed': 403,
    'not-found': 404,
    'body-too-large': 413,
    'rate-budget': 429,
    'websocket-not-supported': 501,
    internal: 500,
    'credentials-refused': 502,
    'upstream-unreachable': 502,
    'upstream-tls': 502,
    'upstream-broken': 502,
    'token-unavailable': 503,
    overloaded: 503,
    'shutting-down': 503,
    'upstream-timeout': 504,
    'not-stored': 504,
  }
  for (const [name, status] of Object.entries(promised)) {
    assert.equal(PROBLEMS[name as ProblemName].status, status, name)
  }
})

test('every failure is a problem of RFC 9457 and carries a Proxy-Status of RFC 9209', () => {
  for (const name of names) {
    const { status, headers, body } = renderProblem(new ProxyError(name, 'What to do – füür.'), 'id-1')
    assert.equal(status, PROBLEMS[name].status)
    assert.deepEqual(JSON.parse(body), {
      type: `urn:8x8-auth-proxy:${name}`,
      title: PROBLEMS[name].title,
      status,
      detail: 'What to do – füür.',
      instance: 'id-1',
    })
    assert.equal(headers['Content-Type'], 'application/problem+json')
    assert.equal(headers['Content-Length'], String(Buffer.byteLength(body)))
    assert.equal(headers['Cache-Control'], 'no-store')
    assert.equal(headers['X-Request-Id'], 'id-1')
    assert.equal(headers['Proxy-Status'], `"8x8-auth-proxy"; error=${PROBLEMS[name].proxyError}`)
    assert.ok(PROXY_ERROR_TYPES.has(PROBLEMS[name].proxyError), name)
  }
})

test('no two failures have the same title', () => {
  assert.equal(new Set(names.map((name) => PROBLEMS[name].title)).size, names.length)
})

test('Retry-After is whole seconds, at least one', () => {
  for (const [retryAfterMs, seconds] of [
    [1, '1'],
    [0, '1'],
    [1000, '1'],
    [1001, '2'],
    [60_000, '60'],
  ] as const) {
    const { headers } = renderProblem(new ProxyError('token-unavailable', 'x', { retryAfterMs }), 'id-1')
    assert.equal(headers['Retry-After'], seconds)
  }
  assert.equal('Retry-After' in renderProblem(new ProxyError('internal', 'x'), 'id-1').headers, false)
})

test('a failure may have another status and a more exact Proxy-Status, but never shows its cause', () => {
  const error = new ProxyError('upstream-unreachable', 'No name.', {
    status: 503,
    proxyError: 'dns_error',
    cause: new Error('getaddrinfo ENOTFOUND secret.internal'),
  })
  const { status, headers, body } = renderProblem(error, 'id-1')
  assert.equal(status, 503)
  assert.equal((JSON.parse(body) as { status: number }).status, 503)
  assert.equal(headers['Proxy-Status'], '"8x8-auth-proxy"; error=dns_error')
  assert.equal(JSON.stringify([headers, body]).includes('secret.internal'), false)
})

test('a missing proxy key says how to present it', () => {
  const { headers } = renderProblem(new ProxyError('proxy-key-required', 'x'), 'id-1')
  assert.equal(headers['WWW-Authenticate'], 'Bearer realm="8x8-auth-proxy"')
})

test('headers that let the caller read the response come with it', () => {
  const error = new ProxyError('not-allowed', 'x')
  error.headers = ['Access-Control-Allow-Origin', 'https://app.example.com', 'Vary', 'Origin']
  const { headers } = renderProblem(error, 'id-1')
  assert.equal(headers['Access-Control-Allow-Origin'], 'https://app.example.com')
  assert.equal(headers['Vary'], 'Origin')
})
