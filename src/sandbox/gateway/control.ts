import type { IncomingMessage } from 'node:http'
import { json, message, text } from './responses.js'
import type { SandboxResponse } from './handler.js'
import { parseFault } from '../faults/fault-spec.js'
import type { FaultSwitch } from '../faults/fault-switch.js'
import { splitTarget } from './gateway.js'
import { helpFor } from './help.js'
import { jsonStrings } from './parameters.js'
import type { ReceivedBody } from './receive-body.js'
import type { ReceivedRequest } from './received-requests.js'
import { reset, type State } from '../data/state.js'

type Control = (state: State, query: URLSearchParams, body: ReceivedBody) => SandboxResponse

const routes: Readonly<Record<string, Control>> = {
  'GET /sandbox': ({ account }) => text(helpFor(account), 'text/plain; charset=utf-8'),
  'GET /sandbox/requests': ({ requests }) => json(requests.entries.slice(-100).map(withoutSecrets)),
  'GET /sandbox/stats': (state) => json(statistics(state)),
  'POST /sandbox/reset': (state) => done(reset(state)),
  'POST /sandbox/revoke': ({ account }) => {
    account.tokens.revokeAll()
    account.workTokens.revokeAll()
    return done()
  },
  'POST /sandbox/products': ({ account }, _query, body) => {
    const products = jsonStrings(body.start)
    if (!products) return message(400, 'The body must be a JSON array of product names.')
    account.products = products
    return json({ products })
  },
  'POST /sandbox/token-lifetime': ({ account }, query) => {
    const seconds = Number(query.get('seconds') ?? Number.NaN)
    if (!(seconds > 0)) return message(400, 'seconds must be a number above 0, such as ?seconds=5')
    account.tokenLifetimeSeconds = seconds
    account.workTokenLifetimeSeconds = seconds
    return json({ seconds })
  },
  'GET /sandbox/limits': ({ limits }) => json({ limits: limits.on }),
  'POST /sandbox/limits': (state) => limited(state, true),
  'DELETE /sandbox/limits': (state) => limited(state, false),
  ...faultRoutes('/sandbox/fault', ({ faults }) => faults),
  ...faultRoutes('/sandbox/token-fault', ({ tokenFaults }) => tokenFaults),
}

/** Tells whether a path is one of the control addresses, which begin with `/sandbox`. */
export function isControlPath(path: string): boolean {
  return path === '/sandbox' || path.startsWith('/sandbox/')
}

/** Responds to a request for a control address, 404 if there is none. No token is needed, so that curl will do. */
export function handleControl(request: IncomingMessage, body: ReceivedBody, state: State): SandboxResponse {
  const { path, query } = splitTarget(request.url ?? '/')
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const control = routes[`${method} ${path === '/sandbox/' ? '/sandbox' : path}`]
  if (!control) return message(404, 'No such control address; GET /sandbox lists them.')
  return control(state, new URLSearchParams(query), body)
}

function faultRoutes(path: string, faultSwitch: (state: State) => FaultSwitch): Record<string, Control> {
  return {
    [`GET ${path}`]: (state) => json({ fault: faultSwitch(state).current() ?? null }),
    [`DELETE ${path}`]: (state) => done(faultSwitch(state).set(undefined)),
    [`POST ${path}`]: (state, query) => {
      const spec = parseFault(query)
      if ('error' in spec) return message(400, spec.error)
      faultSwitch(state).set(spec.fault)
      return json(spec)
    },
  }
}

function limited({ limits }: State, on: boolean): SandboxResponse {
  limits.set(on)
  return json({ limits: on })
}

function done(_nothing?: void): SandboxResponse {
  return json({ done: true })
}

function statistics({ requests, account, tokenRequests, workTokenRequests }: State) {
  const byStatus: Record<string, number> = {}
  for (const { status } of requests.entries) byStatus[status] = (byStatus[status] ?? 0) + 1
  return {
    requests: requests.total,
    byStatus,
    tokenRequests,
    workTokenRequests,
    tokensIssued: account.tokens.issued.length,
    tokenLifetimeSeconds: account.tokenLifetimeSeconds,
    products: account.products,
  }
}

/** Header values and queries may hold tokens and keys: only names and paths are shown. */
function withoutSecrets({ method, target, rawHeaders, bodyBytes, status }: ReceivedRequest) {
  const headerNames = rawHeaders.filter((_, index) => index % 2 === 0)
  return { method, path: splitTarget(target).path, headerNames, bodyBytes, status }
}
