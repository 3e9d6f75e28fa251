import type { Call } from '../../api/call.js'
import type { BodyOf, CallRow, DescribedFamily, Given, ResponseOf } from '../../api/describe.js'
import type { SandboxFamily } from '../families/family.js'
import type { Handler, SandboxCall, SandboxResponse } from './handler.js'
import { requestCheck } from './request-checks.js'
import { empty, json, text } from './responses.js'

/** A request of a described call: checked, with its parameters, headers and JSON in their own types. */
export type CheckedCall<Row> = SandboxCall & { readonly given: Given<Row>; readonly sent: BodyOf<Row> }

/** JSON of the described status, with headers of its own. */
class Reply<T> {
  constructor(
    readonly value: T,
    readonly headers: Readonly<Record<string, string>>,
  ) {}
}

/** Makes the described response with further headers. */
export function withHeaders<T>(value: T, headers: Readonly<Record<string, string>>): Reply<T> {
  return new Reply(value, headers)
}

/**
 * What a described call does: returns the JSON that is described, or another response, such as an error. A call that has no
 * behaviour returns its example.
 */
type Behaviour<Row> = (call: CheckedCall<Row>) => ResponseOf<Row> | Reply<ResponseOf<Row>> | SandboxResponse

/** Behaviours by id of the call. */
export type Behaviours<Rows> = { readonly [Id in keyof Rows]?: Behaviour<Rows[Id]> }

interface Simulation<Rows> extends Pick<SandboxFamily, 'access' | 'demands' | 'adds'> {
  /** The family's own error, for what the description does not allow. */
  readonly refuse: (call: SandboxCall, status: number, detail: string) => SandboxResponse
  readonly handlers: Behaviours<Rows>
  /** Puts the described JSON on the wire, where a caller may ask for another media type. */
  readonly render?: (call: SandboxCall, value: unknown, response: SandboxResponse) => SandboxResponse
}

/** Makes a family of the sandbox from its description: paths, checks of requests, and responses where no handler is needed. */
export function simulate<Rows extends Readonly<Record<string, CallRow>>>(
  family: DescribedFamily<Rows>,
  { refuse, handlers, render, ...rest }: Simulation<Rows>,
): SandboxFamily {
  const calls = Object.fromEntries(family.calls.map((call) => [routeOf(call, family.base), call]))
  // The router takes the first route that fits: those with the fewest placeholders come first.
  const inOrder = Object.entries(calls).sort(
    ([one], [other]) => one.split(':').length - other.split(':').length,
  )
  const routes = inOrder.map(([route, call]) => {
    const check = requestCheck(call)
    const handler = handlers[call.id]
    const respond: Handler = (request) => {
      const checked = check(request)
      if ('wrong' in checked) return refuse(request, 400, checked.wrong)
      const value = handler === undefined ? exampleOf(call) : handler({ ...request, ...checked } as never)
      if (isResponse(value)) return value
      const reply = value instanceof Reply ? (value as Reply<unknown>) : withHeaders(value, {})
      const response = responseOf(call, reply)
      return render === undefined ? response : render(request, reply.value, response)
    }
    return [route, respond] as const
  })
  return { name: family.family, base: baseOf(family), routes: Object.fromEntries(routes), calls, ...rest }
}

function exampleOf({ response: { shape, type } }: Call): unknown {
  return shape === undefined && type !== undefined ? text('', type) : shape?.example
}

function responseOf(
  { response: { status, type } }: Call,
  { value, headers }: Reply<unknown>,
): SandboxResponse {
  return type === undefined
    ? empty(status, headers)
    : json(value, status, { 'Content-Type': type, ...headers })
}

function isResponse(value: unknown): value is SandboxResponse {
  const { body } = (value ?? {}) as { readonly body?: unknown }
  return body instanceof Uint8Array || (typeof body === 'object' && body !== null && 'read' in body)
}

function routeOf({ method, path }: Call, base: string): string {
  return `${method} ${path.slice(base.length).replace(/\{(\w+)\}/g, ':$1')}`
}

/** What a path of the family begins with: placeholders for one of a few words allow these only, as the gateway does. */
function baseOf<Rows>({ base, calls, regions = [], olderVersions = [] }: DescribedFamily<Rows>): RegExp {
  const choices = calls[0]?.choices ?? {}
  const source = base
    .replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${choices[name]?.join('|') ?? '[^/]+'})`)
    .replace(/v\d+(?=\/|$)/, (version) => `(?:${[version, ...olderVersions].join('|')})`)
  return new RegExp(`^(?:${regions.join('|')})${source}`)
}
