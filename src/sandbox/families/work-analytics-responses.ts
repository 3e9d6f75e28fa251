import { json } from '../gateway/responses.js'
import type { SandboxResponse, Call, Handler } from '../gateway/handler.js'
import { halPage } from '../gateway/hal.js'
import { list } from '../gateway/parameters.js'
import { sorted } from '../data/sorting.js'

/** A PBX that the customer does not have is rejected with 403; any plain name but `unknown` is theirs. */
export function ownPbx(response: Handler): Handler {
  return (call) => {
    const named = [call.params['pbxId'] ?? '', ...list(call.query, 'pbxId')]
    return named.includes('unknown') ? failure(call, 403, 'No access to the PBX') : response(call)
  }
}

export function listResponse(call: Call, relation: string, items: readonly object[]): SandboxResponse {
  const page = halPage(call, relation, sorted(items, call.query.get('sort')))
  return page ? json(page) : failure(call, 400, 'page and size must be whole numbers')
}

export function failure({ path }: Call, status: number, text: string): SandboxResponse {
  return json({ timestamp: new Date().toISOString(), status, messages: [text], path }, status)
}
