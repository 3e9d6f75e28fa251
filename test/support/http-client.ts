import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  request,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http'

export interface Call {
  readonly method?: string
  readonly path?: string
  readonly headers?: OutgoingHttpHeaders | readonly string[]
  readonly body?: Buffer | string
  /** A connection of its own unless given. */
  readonly agent?: Agent
}

export interface TestResponse {
  readonly status: number
  readonly statusMessage: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly text: string
}

/** A path of a family whose credential is a key: no token is needed, so that a test can do without. */
export const KEYED = '/chat/api/v1/rooms'

/** Opens a request and leaves its body, if it has one, to the caller. */
export function open(port: number, { method = 'GET', path = KEYED, headers, agent }: Call): ClientRequest {
  return request({
    port,
    host: '127.0.0.1',
    method,
    path,
    agent: agent ?? false,
    ...(headers === undefined ? {} : { headers: headers as OutgoingHttpHeaders }),
  })
}

/** Sends a request and reads the whole response. */
export async function send(port: number, options: Call = {}): Promise<TestResponse> {
  const client = open(port, options)
  const response = responseTo(client)
  client.end(options.body)
  return response
}

/** The whole response to a request that is being sent. Rejects if it is truncated. */
export async function responseTo(client: ClientRequest): Promise<TestResponse> {
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  return readResponse(response)
}

export async function readResponse(response: IncomingMessage): Promise<TestResponse> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return {
    status: response.statusCode!,
    statusMessage: response.statusMessage!,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    body,
    text: body.toString(),
  }
}

/** The name of the problem that a response of the proxy's own reports; undefined for a response of 8x8's. */
export function problemName({ headers, text }: TestResponse): string | undefined {
  if (headers['proxy-status'] === undefined) return undefined
  return (JSON.parse(text) as { type: string }).type.replace('urn:8x8-auth-proxy:', '')
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
