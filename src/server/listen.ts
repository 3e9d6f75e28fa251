import { once } from 'node:events'
import { lstatSync, unlinkSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import type { Config } from '../config/config.js'
import { addressesToListenOn, isMissingAddress } from '../config/loopback.js'
import { withListenErrors } from './listen-error.js'

// Node's 511 is less than the callers that may connect at once, and the system resets those that do not fit. It takes as
// many as it is allowed to (`net.core.somaxconn`).
const BACKLOG = 4096

/**
 * Listens where it is told to: Fastify's own `listen` adds a log line, and a second server that the drain knows nothing of.
 *
 * @returns an origin such as `http://127.0.0.1:8808`, or a socket's path
 * @throws {ConfigError} when the address cannot be had
 */
export async function listen(server: Server, where: Config['listen']): Promise<string> {
  return withListenErrors(where, async () => {
    if ('socket' in where) {
      await once(server.listen({ path: where.socket, backlog: BACKLOG }), 'listening')
      return where.socket
    }
    const port = await listenOnAll(server, addressesToListenOn(where.host), where.port)
    return `http://${where.host.includes(':') ? `[${where.host}]` : where.host}:${port}`
  })
}

// A free port of the one address may be taken on the other.
const MOST_ATTEMPTS = 20

/** Listens on those of the addresses that this machine has, all with the same port. @returns the port */
async function listenOnAll(server: Server, addresses: readonly string[], port: number): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryAddresses(server, addresses, port)
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!isTaken || port !== 0 || attempt === MOST_ATTEMPTS) throw error
    }
  }
}

async function tryAddresses(server: Server, addresses: readonly string[], port: number): Promise<number> {
  let missing: unknown
  for (const [i, address] of addresses.entries()) {
    try {
      await once(server.listen({ host: address, port, backlog: BACKLOG }), 'listening')
    } catch (error) {
      if (!isMissingAddress(error)) throw error
      missing = error
      continue
    }
    const taken = (server.address() as AddressInfo).port
    await listenToo(server, addresses.slice(i + 1), taken)
    return taken
  }
  throw missing
}

/** Listens on further addresses for the same server, where this machine has them. */
async function listenToo(server: Server, addresses: readonly string[], port: number): Promise<void> {
  for (const address of addresses) {
    // As Node's HTTP servers do: data are sent at once, and a caller may have ended its side.
    const further = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      // Where the HTTP parser reports errors to.
      Object.assign(socket, { server })
      server.emit('connection', socket)
    })
    try {
      await once(further.listen({ host: address, port, backlog: BACKLOG }), 'listening')
      closeTogether(server, further)
    } catch (error) {
      if (isMissingAddress(error)) continue
      await new Promise((resolve) => server.close(resolve))
      throw error
    }
  }
}

/** Has `server.close` stop the other one too, and wait for the connections of both. */
function closeTogether(server: Server, further: Server): void {
  const close = server.close.bind(server)
  server.close = (callback) => {
    server.close = close
    let open = 2
    let failure: Error | undefined
    const ended = (error?: Error): void => {
      failure ??= error
      open -= 1
      if (open === 0) callback?.(failure)
    }
    further.close(ended)
    close(ended)
    return server
  }
}

/**
 * Makes way for a socket that only this user may open. Its mode is 0600 from the first moment on: a chmod afterwards
 * would leave a gap.
 *
 * @param umask sets the mask of permissions that new files do not get, and returns the one before
 * @returns how to undo that, once it listens
 * @throws {ConfigError} when the path cannot be had
 */
export async function prepareSocket(
  where: Config['listen'],
  umask: (mask: number) => number,
): Promise<() => void> {
  if (!('socket' in where)) return () => undefined
  await withListenErrors(where, () => removeStaleSocket(where.socket))
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
