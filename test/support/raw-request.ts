import assert from 'node:assert/strict'
import { PROBLEMS, type ProblemName } from '../../src/http/errors.js'
import { sendRaw, type RawAnswer } from './raw-client.js'

/** A caller that writes its own bytes: no library tidies up what is sent. */
export interface RawCaller {
  /** Sends a request line, header lines and a body as they are. `Connection: close` is added. */
  send(requestLine: string, headerLines?: readonly string[], body?: string): Promise<RawAnswer>
  /** Sends a GET with a good `Host`. */
  get(target: string, headerLines?: readonly string[]): Promise<RawAnswer>
  /** Sends bytes as they are. */
  bytes(bytes: string): Promise<RawAnswer>
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

/** Asserts that an answer is a failure of the proxy's own, complete to the last member. */
export function assertProblem(answer: RawAnswer, name: ProblemName, message?: string): Problem {
  const { status, title, proxyError } = PROBLEMS[name]
  const problem = problemOf(answer)
  const id = answer.headers['x-request-id'] ?? ''
  assert.deepEqual(
    { ...problem, detail: '' },
    { type: `urn:8x8-auth-proxy:${name}`, title, status, detail: '', instance: id },
    message,
  )
  assert.equal(answer.status, status, message)
  assert.match(id, /^[\x21-\x7e]{1,200}$/, message)
  assert.match(problem.detail, /^[A-Z"8].{20,}[.]$/, message)
  assert.equal(answer.headers['content-type'], 'application/problem+json', message)
  assert.equal(answer.headers['content-length'], String(answer.body.length), message)
  assert.equal(answer.headers['proxy-status'], `"8x8-auth-proxy"; error=${proxyError}`, message)
  assert.equal(answer.headers['cache-control'], 'no-store', message)
  return problem
}

function problemOf({ body, statusLine }: RawAnswer): Problem {
  try {
    return JSON.parse(body.toString()) as Problem
  } catch {
    assert.fail(`not a problem: ${statusLine} ${body.toString().slice(0, 200)}`)
  }
}
