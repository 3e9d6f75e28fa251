import { type Problem, PROBLEMS, problemType } from '../../api/calls/administration.js'
import { compileFilter, fieldAt } from '../data/fiql.js'
import { remembered } from '../data/memory.js'
import { seededUuid } from '../data/seeded.js'
import { sorted } from '../data/sorting.js'
import { allOf } from '../data/things.js'
import type { SandboxCall } from '../gateway/handler.js'
import { queryWith } from '../gateway/paging.js'
import { isObject } from '../gateway/parameters.js'
import { json } from '../gateway/responses.js'
import type { Table } from './administration-data.js'

const requestsAMinute = 100
const minuteMs = 60_000
const usage = remembered(() => ({ minute: 0, requests: 0 }))

/** Returns the headers of every response: the request id, and the rate limit, which is counted but not enforced. */
export function suiteHeaders({
  headers,
  memory,
  nowMs,
  dateMs,
}: SandboxCall): Readonly<Record<string, string>> {
  const used = usage(memory)
  const minute = Math.floor(nowMs / minuteMs)
  if (used.minute !== minute) Object.assign(used, { minute, requests: 0 })
  used.requests++
  const leftMs = (minute + 1) * minuteMs - nowMs
  return {
    'X-Response-Id': headers['x-request-id']?.toString() ?? seededUuid('response'),
    'x-ratelimit-limit': String(requestsAMinute),
    'x-ratelimit-remaining': String(Math.max(0, requestsAMinute - used.requests)),
    'x-ratelimit-reset': String(Math.ceil((dateMs + leftMs) / 1000)),
  }
}

type Status = keyof typeof PROBLEMS

/** Makes a problem of the suite (RFC 7807), whose detail begins with the name of the field that is wrong. */
export function problem(
  { path, dateMs }: SandboxCall,
  status: Status,
  detail: string,
  own: { readonly title?: string; readonly code?: string } = {},
): Problem {
  const [usual, usualCode] = PROBLEMS[status]
  const { title = usual, code = usualCode } = own
  const [field, ...rest] = detail.split(' ')
  const isField = code === usualCode && status !== 403 && /^[a-z]/.test(detail)
  const error = isField ? { field: field!, code, message: rest.join(' ') } : { code, message: detail }
  return { status, title, detail, instance: path, time: new Date(dateMs).toISOString(), errors: [error] }
}

/** Responds with a problem. */
export function refuse(call: SandboxCall, ...told: Told) {
  const type = { 'Content-Type': problemType(resourceOf(call)) }
  return json(problem(call, ...told), told[0], type)
}

type Told = Parameters<typeof problem> extends [unknown, ...infer Rest] ? Rest : never

/** Responds that there is nothing of the path's id. */
export function missing(call: SandboxCall) {
  return refuse(call, 404, `No ${idOf(call)} among the ${resourceOf(call)}`)
}

/** Returns the resource that a path is about: `ring-groups`. */
export function resourceOf({ path, base }: SandboxCall): string {
  return path.slice(base.length).split('/')[1] ?? ''
}

/** Returns the id in the path. */
export function idOf({ params }: Pick<SandboxCall, 'params'>): string {
  return Object.values(params)[0] ?? ''
}

export function valuesOf<T>(table: Table<T>, { memory }: SandboxCall): readonly T[] {
  return allOf(table, memory).map(({ value }) => value)
}

/** What a list is asked for: sites by page number, the others by scroll id. */
interface Asked {
  readonly pageSize: number
  readonly pageNumber?: number
  readonly scrollId?: string | undefined
  readonly filter?: string | undefined
  readonly sort?: string | undefined
}

/** What a list allows, where it is less than any of its fields. */
interface Limits {
  readonly filters?: readonly string[]
  readonly filter?: RegExp
  readonly sorts?: RegExp
}

/** Makes a handler that lists one page. A scroll id knows filter and order: they must not be given again. */
export function listOf<T extends object>(table: Table<T>, limits: Limits = {}) {
  return (call: SandboxCall & { readonly given: Asked }) => {
    const { given, query, origin, path } = call
    const { pageSize, pageNumber, scrollId } = given
    if (scrollId !== undefined && (given.filter ?? given.sort) !== undefined) {
      const detail = 'Cannot use scrollId with other first-page query parameters'
      return refuse(call, 400, detail, {
        title: 'Conflicting query parameters',
        code: 'CONFLICTING_QUERY_PARAMETER',
      })
    }
    const scroll =
      scrollId === undefined ? { ...given, at: (pageNumber ?? 0) * pageSize } : scrollOf(scrollId)
    if (scroll === undefined) return refuse(call, 400, 'scrollId is invalid')
    const { filter, sort, at } = scroll
    const all = valuesOf(table, call)
    const accepted = compileFilter<T>(filter ?? null, fieldOf)
    const wrong =
      'error' in accepted ? `filter is invalid: ${accepted.error}` : wrongFields(filter, sort, limits, all)
    if ('error' in accepted || wrong !== undefined) return refuse(call, 400, wrong!)
    const orders = (sort ?? '').split(',').toReversed()
    const found = orders.reduce<readonly T[]>(
      (items, order) => sorted(items, order, fieldOf),
      all.filter(accepted.accepts),
    )
    const hasMore = at + pageSize < found.length
    const nextScrollId = Buffer.from(JSON.stringify({ at: at + pageSize, filter, sort })).toString('base64')
    const next =
      pageNumber === undefined
        ? queryWith(new URLSearchParams(), { pageSize, scrollId: nextScrollId })
        : queryWith(query, { pageSize, pageNumber: pageNumber + 1 })
    return {
      data: found.slice(at, at + pageSize),
      pagination: {
        pageSize,
        pageNumber: pageNumber ?? Math.floor(at / pageSize),
        hasMore,
        ...(filter === undefined ? {} : { filter }),
        ...(sort === undefined ? {} : { sort }),
        ...(hasMore && pageNumber === undefined ? { nextScrollId } : {}),
      },
      _links: {
        self: { href: `${origin}${path}?${queryWith(query, { pageSize })}` },
        ...(hasMore ? { next: { href: `${origin}${path}?${next}` } } : {}),
      },
    }
  }
}

function scrollOf(scrollId: string): { at: number; filter?: string; sort?: string } | undefined {
  try {
    return JSON.parse(Buffer.from(scrollId, 'base64').toString('utf8')) as { at: number }
  } catch {
    return undefined
  }
}

/** Names the field that a list cannot be filtered or sorted by. */
function wrongFields(
  filter = '',
  sort = '',
  { filters, filter: form, sorts }: Limits,
  all: readonly object[],
) {
  const isField = (name: string) => all.length === 0 || all.some((item) => fieldOf(item, name) !== undefined)
  if (filter !== '' && form?.test(filter) === false) return `filter must be as ${form.source}`
  const compared = [...filter.matchAll(/([\w.-]+)\s*(?:[=!<>]=|=\w+=|[<>])/g)].map(([, name]) => name!)
  const unknown = compared.find((name) => !(filters?.includes(name) ?? isField(name)))
  if (unknown !== undefined) return `filter cannot be by ${unknown}`
  const orders = sort === '' ? [] : sort.split(',').map((order) => order.replace(/^[+ -]/, ''))
  const isWrong = sort !== '' && sorts?.test(sort) === false
  const unsorted = isWrong ? sort : orders.find((name) => !isField(name))
  return unsorted === undefined ? undefined : `sort cannot be by ${unsorted}`
}

/** Looks a field up by its path; the guides leave out `basicInfo` and the like at times. */
function fieldOf(item: unknown, path: string): unknown {
  const found = fieldAt(item, path)
  if (found !== undefined || !isObject(item)) return found
  return Object.values(item)
    .map((part) => fieldAt(part, path))
    .find((value) => value !== undefined)
}
