import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RateLimit } from '../../src/api/families.js'
import { startUpstream, type TestUpstream } from './upstream.js'

export interface StrictUpstream {
  readonly upstream: TestUpstream
  /** The calls that were counted: by whom (`X-Test-Caller`), in which target, when. */
  readonly counted: { readonly caller: string; readonly target: string; readonly at: number }[]
  /** Calls that were refused with 429. */
  refused: number
}

/**
 * An upstream in the place of 8x8 that holds calls to their limits by a strict sliding window, as calls arrive there: half a
 * round trip after they were sent. What is over the limit gets a 429.
 */
export async function startStrictUpstream(
  limits: readonly RateLimit[],
  roundTripMs: number,
  respond: (response: ServerResponse, request: IncomingMessage) => void = (response) =>
    void response.setHeader('Content-Type', 'application/json').end('{"ok":true}'),
): Promise<StrictUpstream> {
  const upstream = await startUpstream({
    handle(request, response) {
      request.resume()
      setTimeout(() => {
        const at = performance.now()
        const isOver = limits.some(
          ({ calls, windowMs }) => strict.counted.filter((call) => call.at > at - windowMs).length >= calls,
        )
        if (isOver) strict.refused += 1
        else {
          const caller = request.headers['x-test-caller'] as string
          strict.counted.push({ caller, target: request.url!, at })
        }
        setTimeout(() => {
          if (isOver) response.writeHead(429).end('{"message":"too many"}')
          else respond(response, request)
        }, roundTripMs / 2)
      }, roundTripMs / 2)
    },
  })
  const strict: StrictUpstream = { upstream, counted: [], refused: 0 }
  return strict
}
