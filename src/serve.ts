import { once } from 'node:events'
import { lstatSync, unlinkSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import type { Logger } from 'pino'
import { buildApp, type App } from './app.js'
import { type Config, ConfigError, isLoopback, loadConfig, type Environment } from './config.js'
import { createLogger } from './logger.js'
import { createUpstream } from './proxy/upstream.js'
import { createCredentials } from './credentials.js'
import { FILE_SETTINGS } from './settings.js'
import { watchFiles } from './watch-files.js'

/** The process as far as serving needs it. */
export interface Host {
  readonly version: string
  readonly environment: Environment
  readonly readFile: (path: string) => string
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  /** Whether a person reads the log. */
  readonly isTerminal: boolean
  /** Sets the mask of permissions that new files do not get, and returns the one before. */
  readonly umask: (mask: number) => number
}

export interface Running {
  readonly config: Config
  /** Where it listens: an origin such as `http://127.0.0.1:8808`, or a socket's path. */
  readonly address: string
  readonly log: Logger
  /** Takes up new secret files. What cannot be read leaves the old ones in force. */
  reload(): void
  /** Ends gracefully. @returns how many requests had to be cut */
  stop(): Promise<number>
}

/** Serves until stopped. Rejects with the system's error if the address cannot be had. */
export async function serve(config: Config, host: Host): Promise<Running> {
  const { environment, readFile, now, version } = host
  const log = createLogger({ level: config.logLevel, pretty: host.isTerminal })
  const upstream = createUpstream(config)
  const credentials = createCredentials(config.app, config.work)
  const app = await buildApp(config, { version, upstream, log, now, credentials })

  const address = await listen(app, config, host)
  log.info(
    { address, upstream: config.baseUrl.origin },
    `listening on ${address} for ${whom(config)}, forwarding to ${config.baseUrl.origin}`,
  )
  warnIfReachable(config, log)
  if (host.isTerminal && address.startsWith('http:'))
    log.info(`open ${address}/-/ in a browser to see what happens`)
  app.start()

  const reload = (): void => {
    try {
      const { app: newApp, work } = loadConfig(environment, readFile)
      if (!credentials.replace(newApp, work)) return log.info('credentials read again, they are the same')
      log.info('new credentials read')
      app.credentialsChanged()
    } catch (error) {
      const mistakes = error instanceof ConfigError ? error.mistakes : [(error as Error).message]
      log.error({ mistakes }, 'the new credentials cannot be read, the old ones stay in force')
    }
  }
  const unwatch = watchFiles(secretFiles(environment), reload)

  return {
    config,
    address,
    log,
    reload,
    async stop() {
      unwatch()
      return app.stop()
    },
  }
}

/** The files that may bring new credentials. The proxy key's is not among them: callers hold that key too. */
function secretFiles(environment: Environment): string[] {
  return FILE_SETTINGS.filter((name) => name !== 'X8_PROXY_KEY').flatMap(
    (name) => environment[`${name}_FILE`] || [],
  )
}

// Node's 511 is less than the callers that may come at once, and the system resets whoever does not fit. It takes as
// many as it is allowed to (`net.core.somaxconn`).
const BACKLOG = 4096

/** Listens on one address: Fastify's own `listen` adds a second server for `localhost`, and a log line. */
async function listen({ fastify }: App, { listen: where }: Config, { umask }: Host): Promise<string> {
  await fastify.ready()
  const { server } = fastify
  if (!('socket' in where)) {
    await once(server.listen({ ...where, backlog: BACKLOG }), 'listening')
    const { port } = server.address() as AddressInfo
    return `http://${where.host.includes(':') ? `[${where.host}]` : where.host}:${port}`
  }
  await removeStaleSocket(where.socket)
  // Mode 0600 from the first moment on: a chmod afterwards would leave a gap.
  const before = umask(0o177)
  try {
    await once(server.listen({ path: where.socket, backlog: BACKLOG }), 'listening')
  } finally {
    umask(before)
  }
  return where.socket
}

/** A crash leaves its socket behind. One that nobody listens on any more may be taken over; nothing else is touched. */
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

/** Who can connect, in words. */
function whom({ listen: where }: Config): string {
  if ('socket' in where) return 'this user only'
  return isLoopback(where.host) ? 'this machine only' : 'every machine that can reach it'
}

function warnIfReachable({ listen: where, proxyKey }: Config, log: Logger): void {
  if ('socket' in where || isLoopback(where.host)) return
  const who = 'whoever reaches this address calls 8x8 with the rights of your app'
  if (proxyKey === undefined)
    log.warn(
      `not only this machine can connect: ${who}. Set X8_PROXY_KEY, or publish the port on loopback only.`,
    )
  else log.warn(`not only this machine can connect: ${who}, if they know the proxy key.`)
}
