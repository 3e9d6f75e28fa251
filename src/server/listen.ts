import { once } from 'node:events'
import { lstatSync, unlinkSync } from 'node:fs'
import { type AddressInfo, connect, type Server } from 'node:net'
import type { Logger } from 'pino'
import type { Config } from '../config/config.js'
import { isLoopback } from '../config/loopback.js'

// Node's 511 is less than the callers that may connect at once, and the system resets those that do not fit. It takes as
// many as it is allowed to (`net.core.somaxconn`).
const BACKLOG = 4096

/**
 * Listens on one address: Fastify's own `listen` adds a second server for `localhost`, and a log line.
 *
 * @returns an origin such as `http://127.0.0.1:8808`, or a socket's path
 */
export async function listen(server: Server, where: Config['listen']): Promise<string> {
  if ('socket' in where) {
    await once(server.listen({ path: where.socket, backlog: BACKLOG }), 'listening')
    return where.socket
  }
  await once(server.listen({ ...where, backlog: BACKLOG }), 'listening')
  const { port } = server.address() as AddressInfo
  return `http://${where.host.includes(':') ? `[${where.host}]` : where.host}:${port}`
}

/**
 * Makes way for a socket that only this user may open. Its mode is 0600 from the first moment on: a chmod afterwards
 * would leave a gap.
 *
 * @param umask sets the mask of permissions that new files do not get, and returns the one before
 * @returns how to undo that, once it listens
 */
export async function prepareSocket(
  where: Config['listen'],
  umask: (mask: number) => number,
): Promise<() => void> {
  if (!('socket' in where)) return () => undefined
  await removeStaleSocket(where.socket)
  const before = umask(0o177)
  return () => umask(before)
}

/** Removes the socket that a crash left behind, if no process listens on it any more. Nothing else is touched. */
async function removeStaleSocket(path: string): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return
  const code = await new Promise<string | undefined>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy()
      resolve(undefined)
    })
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  })
  if (code === 'ECONNREFUSED') unlinkSync(path)
}

/** Says where it listens, for whom, and what that means. */
export function announce(address: string, config: Config, log: Logger, isTerminal: boolean): void {
  log.info(
    { address, upstream: config.baseUrl.origin },
    `listening on ${address} for ${whom(config)}, forwarding to ${config.baseUrl.origin}`,
  )
  warnIfReachable(config, log)
  if (isTerminal && address.startsWith('http:'))
    log.info(`open ${address}/-/ in a browser to see what happens`)
}

/** Who can connect, for the log. */
function whom({ listen: where }: Config): string {
  if ('socket' in where) return 'this user only'
  return isLoopback(where.host) ? 'this machine only' : 'every machine that can reach it'
}

function warnIfReachable({ listen: where, requiresProxyKey }: Config, log: Logger): void {
  if ('socket' in where || isLoopback(where.host)) return
  const who = 'every client that reaches this address calls 8x8 with the rights of your app'
  if (!requiresProxyKey)
    log.warn(
      `not only this machine can connect: ${who}. Set X8_PROXY_KEY, or publish the port on loopback only.`,
    )
  else log.warn(`not only this machine can connect: ${who}, if they know the proxy key.`)
}
