import { randomBytes } from 'node:crypto'
import { type Program, startProgram } from '../../support/program.js'
import { type RawResponse, sendRaw } from '../../support/raw-client.js'
import type { Call, Far } from './cases.js'
import { rawResponse, type FaultServer, type Script, startFaultServer } from './fault-server.js'

export interface FarSide {
  readonly origin: string
  readonly server: FaultServer | undefined
  close(): Promise<void>
}

/** Starts what a case says of the API or the token endpoint. */
export async function startFar(far: Far, tls = false): Promise<FarSide> {
  const scheme = tls ? 'https' : 'http'
  // The discard port: nothing listens there, and no other test is given it.
  if (far === 'refused') return noServer('http://127.0.0.1:9')
  if (far === 'unresolvable') return noServer('https://nowhere.invalid')
  const server = await startFaultServer(...far)
  return { origin: `${scheme}://127.0.0.1:${server.port}`, server, close: server.close }
}

function noServer(origin: string): FarSide {
  return { origin, server: undefined, close: async () => undefined }
}

/** A token endpoint as 8x8's, whose tokens are random and told. */
export function issuing(told: (token: string) => void, expiresIn = '1799'): Script {
  return async (peer) => {
    for (;;) {
      await peer.request()
      const token = randomBytes(21).toString('base64url')
      told(token)
      await peer.send(
        rawResponse(
          200,
          JSON.stringify({ access_token: token, token_type: 'BearerToken', expires_in: expiresIn }),
          'Content-Type: application/json',
        ),
      )
    }
  }
}

/** Starts the built program, at the loudest log level. */
export async function startBench(
  environment: Record<string, string>,
): Promise<{ program: Program; port: number }> {
  const program = startProgram({ environment: { X8_PORT: '0', X8_LOG_LEVEL: 'trace', ...environment } })
  return { program, port: await program.port }
}

export const BEARER_PATH = '/storage/us-west/v3/objects'
export const KEYED_PATH = '/chat/api/v1/rooms'

const BODIES: Partial<Record<Call, string>> = { POST: 'x'.repeat(1000), UPLOAD: 'x'.repeat(300_000) }

/** Sends one call and reads everything that comes. */
export async function place(
  port: number,
  call: Call,
  headers: readonly string[],
  query = '',
): Promise<RawResponse> {
  const method = call === 'HEAD' ? 'HEAD' : call === 'POST' || call === 'UPLOAD' ? 'POST' : 'GET'
  const body = BODIES[call] ?? ''
  const head = [
    `${method} ${call === 'KEYED' ? KEYED_PATH : BEARER_PATH}${query} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...headers,
    ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
  ]
  return sendRaw(port, `${head.join('\r\n')}\r\n\r\n${body}`)
}

/** A response in a few words: status, the problem if it is our own, whether it broke off, whether to come later. */
export function outcomeOf(call: Call, raw: RawResponse): string {
  const { status, headers } = raw
  const problem = /"urn:8x8-auth-proxy:([\w-]+)"/.exec(raw.body.toString())?.[1]
  const words = [String(status)]
  if (headers['proxy-status'] !== undefined) words.push(problem ?? 'without a problem')
  if (call !== 'HEAD' && !isWhole(raw)) words.push('cut')
  if (headers['retry-after'] !== undefined) words.push('later')
  return words.join(' ')
}

/** Whether a response came to its end (RFC 9112, section 8). */
function isWhole({ status, headers, body }: RawResponse): boolean {
  if (status === 0) return false
  if (status === 204 || status === 304) return true
  if (headers['transfer-encoding'] !== undefined) return body.toString('latin1').endsWith('0\r\n\r\n')
  return headers['content-length'] === undefined || body.length === Number(headers['content-length'])
}

/** Everything that an address of the proxy's own says. */
export async function readPage(port: number, path: string, headers: readonly string[]): Promise<RawResponse> {
  return sendRaw(
    port,
    `GET ${path} HTTP/1.1\r\n${['Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`,
  )
}
