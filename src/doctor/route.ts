import { isIP } from 'node:net'
import type { EgressSettings } from '../config/config.js'

/** The way to a server: directly, or through the egress proxy of the environment. */
export interface Route {
  /** The server, without brackets around an IPv6 address. */
  readonly host: string
  readonly port: number
  readonly isTls: boolean
  readonly proxy: URL | undefined
  /** What a connection is opened to: the server, or the egress proxy. */
  readonly hop: { readonly host: string; readonly port: number }
  /** The setting that names the hop. */
  readonly setting: string
}

/**
 * Works out how a request to `target` leaves this machine: directly, or through the egress proxy, by the rules that the
 * proxy's own requests follow.
 */
export function routeTo(target: URL, setting: string, egress: EgressSettings | undefined): Route {
  const server = { host: bare(target.hostname), port: portOf(target) }
  const isTls = target.protocol === 'https:'
  if (egress === undefined || !isTls || isExempt(target, egress.noProxy)) {
    return { ...server, isTls, proxy: undefined, hop: server, setting }
  }
  const proxy = new URL(egress.httpsProxy)
  const hop = { host: bare(proxy.hostname), port: portOf(proxy) }
  return { ...server, isTls, proxy, hop, setting: 'HTTPS_PROXY' }
}

/** Joins host and port as URLs and CONNECT have them, with brackets around an IPv6 address. */
export function authority({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}

/** Whether NO_PROXY names the server, by the rules of undici's EnvHttpProxyAgent, which sends the requests. */
function isExempt(target: URL, noProxy: string): boolean {
  if (noProxy === '*') return true
  return noProxy
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, name = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? []
      const domain = name.replace(/^\*?\./, '').toLowerCase()
      if (port !== undefined && Number(port) !== 0 && Number(port) !== portOf(target)) return false
      return target.hostname === domain || target.hostname.endsWith(`.${domain}`)
    })
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
