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
  const agent = new EnvHttpProxyAgent({
    ...options,
    httpsProxy,
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

/** What undici's proxy agent would make of a list of headers, but with those that are repeated. */
function headersByName(headers: readonly string[]): Record<string, string | string[]> {
  const byName = Object.create(null) as Record<string, string | string[]>
  forEachHeader(headers, (name, value) => {
    const before = byName[name]
    byName[name] = before === undefined ? value : [before, value].flat()
  })
  return byName
}
