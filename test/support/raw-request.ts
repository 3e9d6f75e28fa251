import assert from 'node:assert/strict'
import { PROBLEMS, type ProblemName } from '../../src/http/errors.js'
import { sendRaw, type RawResponse } from './raw-client.js'

/** A caller that writes its own bytes: no library tidies up what is sent. */
export interface RawCaller {
  /** Sends a request line, header lines and a body as they are. `Connection: close` is added. */
  send(requestLine: string, headerLines?: readonly string[], body?: string): Promise<RawResponse>
  /** Sends a GET with a good `Host`. */
  get(target: string, headerLines?: readonly string[]): Promise<RawResponse>
  /** Sends bytes as they are. */
  bytes(bytes: string): Promise<RawResponse>
}

export function rawCaller(port: number): RawCaller {
  const caller: RawCaller = {
    bytes: (bytes) => sendRaw(port, bytes),
    send: (requestLine, headerLines = [], body = '') =>
      caller.bytes(`${[requestLine, ...headerLines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`),
    get: (target, headerLines = []) =>
      caller.send(`GET ${target} HTTP/1.1`, ['Host: localhost', ...headerLines]),
  }
  return caller
}

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
}

/** Asserts that a response is a failure of the proxy's own, complete to the last member. */
export function assertProblem(response: RawResponse, name: ProblemName, message?: string): Problem {
  const { status, title, proxyError } = PROBLEMS[name]
  const problem = problemOf(response)
  const id = response.headers['x-request-id'] ?? ''
  assert.deepEqual(
    { ...problem, detail: '' },
    { type: `urn:8x8-auth-proxy:${name}`, title, status, detail: '', instance: id },
    message,
  )
  assert.equal(response.status, status, message)
  assert.match(id, /^[\x21-\x7e]{1,200}$/, message)
  assert.match(problem.detail, /^[A-Z"8].{20,}[.]$/, message)
  assert.equal(response.headers['content-type'], 'application/problem+json', message)
  assert.equal(response.headers['content-length'], String(response.body.length), message)
  assert.equal(response.headers['proxy-status'], `"8x8-auth-proxy"; error=${proxyError}`, message)
  assert.equal(response.headers['cache-control'], 'no-store', message)
  return problem
}

function problemOf({ body, statusLine }: RawResponse): Problem {
  try {
    return JSON.parse(body.toString()) as Problem
  } catch {
    assert.fail(`not a problem: ${statusLine} ${body.toString().slice(0, 200)}`)
  }
}
