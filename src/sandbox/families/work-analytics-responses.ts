import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import { halPage } from '../gateway/hal.js'
import { list } from '../gateway/parameters.js'
import { sorted } from '../data/sorting.js'

/** Wraps a handler so that the PBX `unknown` gets a 403; any other name is one of the customer's. */
export function ownPbx(response: Handler): Handler {
  return (call) => {
    const named = [call.params['pbxId'] ?? '', ...list(call.query, 'pbxId')]
    return named.includes('unknown') ? failure(call, 403, 'No access to the PBX') : response(call)
  }
}

/** Responds with one page of a list in HAL, sorted as the query says. */
export function listResponse(call: SandboxCall, relation: string, items: readonly object[]): SandboxResponse {
  const page = halPage(call, relation, sorted(items, call.query.get('sort')))
  return page ? json(page) : failure(call, 400, 'page and size must be whole numbers')
}

/** Makes an error in Work Analytics' format. */
export function failure({ path }: SandboxCall, status: number, text: string): SandboxResponse {
  return json({ timestamp: new Date().toISOString(), status, messages: [text], path }, status)
}
