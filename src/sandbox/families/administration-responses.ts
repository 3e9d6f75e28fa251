import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import { compileFilter } from '../data/fiql.js'
import { remembered } from '../data/memory.js'
import { cursorPage, cursorAt, queryWith } from '../gateway/paging.js'
import { integer } from '../gateway/parameters.js'
import { seededUuid } from '../data/seeded.js'
import { sorted } from '../data/sorting.js'
import { allOf, byId } from '../data/things.js'
import type { Resource } from './administration-resources.js'

const requestsAMinute = 100
const minuteMs = 60_000
const usage = remembered(() => ({ minute: 0, requests: 0 }))

/** Makes a response in the resource's own media type; sites have none. */
export function vendor(name: string, value: unknown, status = 200): SandboxResponse {
  return json(value, status, name === 'sites' ? {} : { 'Content-Type': `application/vnd.${name}.v1+json` })
}

/** Returns the headers of every response: the request id, and the rate limit, which is counted but not enforced. */
export function suiteHeaders({ headers, memory, nowMs }: SandboxCall): Readonly<Record<string, string>> {
  const used = usage(memory)
  const minute = Math.floor(nowMs / minuteMs)
  if (used.minute !== minute) Object.assign(used, { minute, requests: 0 })
  used.requests++
  const leftMs = (minute + 1) * minuteMs - nowMs
  return {
    'X-Response-Id': headers['x-request-id']?.toString() ?? seededUuid('response'),
    'x-ratelimit-limit': String(requestsAMinute),
    'x-ratelimit-remaining': String(Math.max(0, requestsAMinute - used.requests)),
    'x-ratelimit-reset': String(Math.ceil((Date.now() + leftMs) / 1000)),
  }
}

/** Responds with one page of a list: by page number for sites, by scroll id for the others. */
export function listResponse(call: SandboxCall, { name, things }: Resource): SandboxResponse {
  const { query, memory } = call
  const pageSize = integer(query, 'pageSize', 100)
  if (!(pageSize >= 1 && pageSize <= 1000)) return badRequest(call, 'pageSize must be 1 to 1000')
  const filter = compileFilter(query.get('filter'))
  if ('error' in filter) return badRequest(call, `filter: ${filter.error}`)
  const pageNumber = integer(query, 'pageNumber', 0)
  if (Number.isNaN(pageNumber)) return badRequest(call, 'pageNumber must be a whole number')
  const isNumbered = name === 'sites'
  const fields = allOf(things, memory).map((thing) => thing.fields)
  const found = sorted(fields.filter(filter.accepts), query.get('sort'))
  const cursor = isNumbered ? cursorAt(pageNumber * pageSize) : query.get('scrollId')
  const page = cursorPage(found, cursor, pageSize)
  if (!page) return badRequest(call, 'scrollId is invalid')

  const { items: data, next } = page
  const position = isNumbered ? { pageNumber } : next === null ? {} : { nextScrollId: next }
  const following = isNumbered ? { pageNumber: pageNumber + 1 } : { scrollId: next ?? '' }
  const links = {
    self: { href: `${call.origin}${call.path}?${queryWith(query, { pageSize })}` },
    ...(next === null ? {} : { next: { href: `${call.origin}${call.path}?${queryWith(query, following)}` } }),
  }
  const pagination = { pageSize, hasMore: next !== null, ...position }
  return vendor(name, { data, pagination, _links: links })
}

/** Makes a handler for the resource that the path names, 404 if there is none. */
export function one(
  { path, things }: Resource,
  response: (
    found: { readonly id: string; readonly fields: Readonly<Record<string, unknown>> },
    call: SandboxCall,
  ) => SandboxResponse,
): Handler {
  return byId(things, response, (id, call) => failure(call, 404, 'Not Found', `No ${id} among the ${path}`))
}

/** Makes an error in the suite's format (RFC 7807). */
export function failure(
  { path }: SandboxCall,
  status: number,
  title: string,
  detail: string,
): SandboxResponse {
  return json({ status, title, detail, instance: path, time: new Date().toISOString(), errors: [] }, status)
}

function badRequest(call: SandboxCall, detail: string): SandboxResponse {
  return failure(call, 400, 'Bad Request', detail)
}
