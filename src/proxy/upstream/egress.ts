import { type Agent, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici'
import { forEachHeader } from '../../http/raw-headers.js'
import type { Config, EgressSettings } from '../../config/config.js'
import { connectOptions } from './connect-options.js'

/**
 * The way to 8x8 through the egress proxy of the environment, with CONNECT.
 *
 * @param options of the agents that go there directly; `connect` and a list of headers mean nothing to a proxy agent
 */
export function createEgressAgent(
  { connectTimeoutMs: timeout }: Config,
  { httpsProxy, noProxy }: EgressSettings,
  options: Agent.Options,
): Dispatcher {
  const proxy = new URL(httpsProxy)
  const token = proxyAuthorization(proxy)
  const agent = new EnvHttpProxyAgent({
    ...options,
    // undici would send no user name without a password, and throw on a `%` that encodes nothing.
    httpsProxy: proxy.origin,
    ...(token === undefined ? {} : { token }),
    // Plain http: is for loopback addresses only, and those are never looked for behind a proxy.
    httpProxy: '',
    noProxy: noProxy === '*' ? noProxy : `${noProxy},localhost,127.0.0.1,[::1]`,
    // To the proxy, for its response to CONNECT, and through it: `connect` counts for none of the three.
    proxyTls: connectOptions(timeout),
    requestTls: { timeout },
    clientFactory: (origin, poolOptions) => new Pool(origin, { ...poolOptions, headersTimeout: timeout }),
  })
  const dispatch = agent.dispatch.bind(agent)
  agent.dispatch = (request, handler) =>
    dispatch(
      Array.isArray(request.headers) ? { ...request, headers: headersByName(request.headers) } : request,
      handler,
    )
  return agent
}

/**
 * The `Proxy-Authorization` for the user name and password in a proxy's URL, as curl makes it: with an empty password if
 * there is none, and with a `%` that encodes nothing as it is.
 */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const pair = Buffer.concat([decoded(username), Buffer.from(':'), decoded(password)])
  return `Basic ${pair.toString('base64')}`
}

/** The bytes of a percent-encoded text, which need not be UTF-8. */
function decoded(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}

/** What undici's proxy agent would make of a list of headers, but with those that are repeated. */
function headersByName(headers: readonly string[]): Record<string, string | string[]> {
  const byName = Object.create(null) as Record<string, string | string[]>
  forEachHeader(headers, (name, value) => {
    const before = byName[name]
    byName[name] = before === undefined ? value : [before, value].flat()
  })
  return byName
}
