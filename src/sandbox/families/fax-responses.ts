import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import { halPage } from '../gateway/hal.js'

/** The numbers of the made-up company that receive faxes. */
export const dids: readonly string[] = Array.from({ length: 5 }, (_, index) => `+1408555${2000 + index}`)

/** Responds with one page of a list, which 8x8 wraps in `content`. */
export function listResponse(call: SandboxCall, relation: string, items: readonly object[]): SandboxResponse {
  const content = halPage(call, relation, items)
  return content ? json({ content }) : failure(call, 400, 'page and size must be whole numbers')
}

/** Makes an error in the fax API's format. */
export function failure({ path }: SandboxCall, status: number, detail: string): SandboxResponse {
  const title = status === 404 ? 'Not Found' : 'Bad Request'
  return json({ timestamp: new Date().toISOString(), status, title, detail, instance: path }, status)
}
