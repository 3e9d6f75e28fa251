import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { causeCode } from '../../../../src/http/cause.js'
import { ProxyError } from '../../../../src/http/errors.js'
import { isAboutUpstream, networkProblem } from '../../../../src/proxy/upstream/network-problem.js'

function failed(code: string, message = 'connect 192.0.2.1:443 - Local (10.0.0.7:0)'): Error {
  return Object.assign(new Error(message), { code })
}

suite('the words of a failure to connect', () => {
  const told: readonly [codes: readonly string[], problem: string, proxyError: string, words: RegExp][] = [
    [['EMFILE'], 'upstream-unreachable', 'connection_limit_reached', /file descriptors.*ulimit -n/],
    [['ENFILE'], 'upstream-unreachable', 'connection_limit_reached', /file descriptors.*machine/],
    [['EADDRNOTAVAIL'], 'upstream-unreachable', 'connection_limit_reached', /no free port/],
    [['ENOBUFS', 'ENOMEM'], 'upstream-unreachable', 'connection_limit_reached', /no memory/],
    [['EHOSTUNREACH', 'ENETUNREACH'], 'upstream-unreachable', 'destination_ip_unroutable', /no route/],
    [['EACCES', 'EPERM'], 'upstream-unreachable', 'destination_ip_prohibited', /forbids.*firewall/],
    [['ENOTFOUND'], 'upstream-unreachable', 'dns_error', /name was not found/],
    [['EAI_AGAIN'], 'upstream-unreachable', 'dns_timeout', /name server did not respond/],
    [['ECONNREFUSED'], 'upstream-unreachable', 'connection_refused', /was refused/],
    [['ECONNRESET', 'UND_ERR_SOCKET'], 'upstream-unreachable', 'connection_terminated', /closed before/],
    [['UND_ERR_ABORTED'], 'upstream-unreachable', 'destination_unavailable', /egress proxy.*HTTPS_PROXY/],
    [['ESOMETHING'], 'upstream-unreachable', 'destination_unavailable', /there was no connection/],
    [
      ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST'],
      'upstream-tls',
      'tls_protocol_error',
      /speaks no TLS.*port/,
    ],
    [
      ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_SSL_UNSUPPORTED_PROTOCOL'],
      'upstream-tls',
      'tls_protocol_error',
      /TLS 1\.2/,
    ],
    [
      ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'EPROTO'],
      'upstream-tls',
      'tls_protocol_error',
      /handshake/,
    ],
    [
      ['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      'upstream-tls',
      'tls_certificate_error',
      /NODE_EXTRA_CA_CERTS/,
    ],
    [['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'], 'upstream-tls', 'tls_certificate_error', /clock/],
    [['ERR_TLS_CERT_ALTNAME_INVALID'], 'upstream-tls', 'tls_certificate_error', /another name/],
  ]
  for (const [codes, problem, proxyError, words] of told) {
    test(codes.join(', '), () => {
      for (const code of codes) {
        const error = networkProblem(failed(code), false)
        assert.equal(error.problem, problem, code)
        assert.equal(error.proxyError, proxyError, code)
        assert.match(error.detail, words, code)
        assert.match(error.detail, /Nothing was sent|nothing was sent/, code)
        assert.ok(proxyError.startsWith('tls') ? error.detail.includes(code) : true, error.detail)
        assert.doesNotMatch(error.detail, /192\.0\.2\.1|10\.0\.0\.7/)
        assert.equal(causeCode(error), code)
      }
    })
  }

  test('no two of them are the same', () => {
    const details = told.map(([[code]]) => networkProblem(failed(code!), false).detail)
    assert.equal(new Set(details).size, details.length)
  })
})

test('a connection that the system gave up after the request was said to be one that was never there', () => {
  const error = networkProblem(failed('ETIMEDOUT'), true)
  assert.equal(error.problem, 'upstream-broken')
  assert.match(error.detail, /may have been processed/)
})

suite('whose failure it is', () => {
  test("what this machine lacks was counted as 8x8's by the circuit breaker", () => {
    for (const code of ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']) {
      assert.equal(isAboutUpstream(networkProblem(failed(code), false)), false, code)
    }
    assert.equal(isAboutUpstream(networkProblem(failed('UND_ERR_INVALID_ARG'), false)), false)
    for (const code of [
      'ECONNREFUSED',
      'EHOSTUNREACH',
      'ENOTFOUND',
      'CERT_HAS_EXPIRED',
      'UND_ERR_CONNECT_TIMEOUT',
    ]) {
      assert.equal(isAboutUpstream(networkProblem(failed(code), false)), true, code)
    }
  })
})

suite('the code of a cause', () => {
  test('is the first in the chain', () => {
    const problem = new ProxyError('upstream-broken', 'x', {
      cause: new Error('outer', { cause: failed('ECONNREFUSED') }),
    })
    assert.equal(causeCode(problem), 'ECONNREFUSED')
    assert.equal(causeCode(new ProxyError('overloaded', 'x')), undefined)
  })

  test('of several addresses is that of one that there is a way to', () => {
    const both = new AggregateError([failed('ENETUNREACH'), failed('ECONNREFUSED')])
    assert.equal(causeCode(Object.assign(both, { code: 'ENETUNREACH' })), 'ECONNREFUSED')
    assert.equal(
      causeCode(new AggregateError([failed('ENETUNREACH'), failed('EHOSTUNREACH')])),
      'ENETUNREACH',
    )
  })

  test('is a name where there is none, and never a text', () => {
    assert.equal(causeCode(new TypeError('http://192.0.2.1/')), 'TypeError')
    assert.equal(causeCode(new DOMException('late', 'TimeoutError')), 'TimeoutError')
    assert.equal(causeCode(failed('see 192.0.2.1')), undefined)
    assert.equal(causeCode(new Error('x')), undefined)
    assert.equal(causeCode('x'), undefined)
  })

  test("of a handshake that failed while it wrote is OpenSSL's own, which Node has in the message only", () => {
    const message =
      'write EPROTO 80BB:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/ssl3_record.c:350:\n'
    assert.equal(causeCode(failed('EPROTO', message)), 'ERR_SSL_WRONG_VERSION_NUMBER')
    assert.equal(causeCode(failed('EPROTO', 'read EPROTO')), 'EPROTO')
  })
})
