import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after } from 'node:test'
import { createClient } from '@redis/client'
import { skippedWithout } from './required.js'

/** The reason to skip a test that needs a Redis of its own, or false. */
export const withoutRedis = skippedWithout(
  spawnSync('redis-server', ['--version']).error === undefined ? [] : ['redis-server'],
)

export interface Redis {
  readonly url: string
  readonly port: number
  /** A connection to look and to meddle with. */
  client(): Promise<Client>
  /** Every key, with all that stands there as text. */
  dump(): Promise<Record<string, string>>
  /** Goes on from where it was; nothing of what is sent meanwhile is lost. */
  pause(): void
  resume(): void
  /** Everything is forgotten. */
  crash(): Promise<void>
  start(): Promise<void>
}

/** A Redis of the test's own that keeps nothing on disk. It ends with the test. */
export async function startRedis(...options: string[]): Promise<Redis> {
  const port = await freePort()
  const clients = new Set<Client>()
  let server: ChildProcess
  after(() => {
    for (const client of clients) client.destroy()
    server.kill('SIGKILL')
  })
  const redis: Redis = {
    port,
    url: `redis://127.0.0.1:${port}`,
    async client() {
      const client = newClient(redis.url)
      clients.add(client)
      await client.connect()
      return client
    },
    async dump() {
      const client = await redis.client()
      const entries = (await client.keys('*')).map(async (key) => [
        key,
        `${await client.get(key)} ${await client.dump(key)}`,
      ])
      return Object.fromEntries(await Promise.all(entries)) as Record<string, string>
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async crash() {
      server.kill('SIGKILL')
      await once(server, 'exit')
    },
    async start() {
      const basics = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
      server = spawn('redis-server', [...basics, ...options], { stdio: ['ignore', 'pipe', 'ignore'] })
      let said = ''
      for await (const text of server.stdout!) {
        said += String(text)
        if (said.includes('Ready to accept connections')) return void server.stdout!.resume()
      }
      throw new Error(`redis-server did not start: ${said}`)
    },
  }
  await redis.start()
  return redis
}

type Client = ReturnType<typeof newClient>

function newClient(url: string) {
  return createClient({ url, socket: { reconnectStrategy: false } }).on('error', () => undefined)
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
