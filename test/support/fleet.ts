import { type TestResponse, send } from './http-client.js'
import { MADE_UP, type Program, startProgram } from './program.js'
import { startUpstream, type TestUpstream, type TestUpstreamOptions } from './upstream.js'

export interface Replica extends Program {
  /** Sends so many calls that need a token, all at once. */
  call(times: number): Promise<TestResponse[]>
  /** The lines of the log whose message matches. */
  said(message: RegExp): Record<string, unknown>[]
}

/** Starts the built program so many times, with the same settings but without some that every test has. */
export function startReplicas(
  count: number,
  environment: Record<string, string>,
  without: readonly string[] = [],
): Replica[] {
  const settings = Object.entries({ ...MADE_UP, X8_LOG_LEVEL: 'trace', ...environment })
  return Array.from({ length: count }, () => {
    const program = startProgram({
      environment: Object.fromEntries(settings.filter(([name]) => !without.includes(name))),
    })
    return {
      ...program,
      async call(times) {
        const port = await program.port
        return Promise.all(Array.from({ length: times }, () => send(port, { path: BEARER_PATH })))
      },
      said: (message) =>
        program
          .stdout()
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Record<string, unknown>)
          .filter(({ msg }) => message.test(String(msg))),
    }
  })
}

export const BEARER_PATH = '/storage/us-west/v3/objects'

export interface Gateway extends TestUpstream {
  /** From now on every token given out before is refused. */
  revoke(): void
}

/** An 8x8 that takes the tokens that it has given out, until they are revoked. */
export async function startGateway(token?: TestUpstreamOptions['token']): Promise<Gateway> {
  const revoked = new Set<string>()
  const upstream = await startUpstream({
    respond(request, response, { tokens }) {
      const sent = request.headers.authorization?.replace('Bearer ', '') ?? ''
      const isGood = tokens.includes(sent) && !revoked.has(sent)
      response.writeHead(isGood ? 200 : 401, { 'Content-Type': 'application/json' })
      response.end(isGood ? '{}' : INVALID)
    },
    ...(token === undefined ? {} : { token }),
  })
  return Object.assign(upstream, { revoke: () => upstream.tokens.forEach((given) => revoked.add(given)) })
}

const INVALID = JSON.stringify({
  fault: {
    faultstring: 'Invalid Access Token',
    detail: { errorcode: 'keymanagement.service.invalid_access_token' },
  },
})

/** How many responses had which status. */
export function statuses(responses: readonly TestResponse[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
