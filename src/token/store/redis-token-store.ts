import { randomUUID } from 'node:crypto'
import { type Lock, TokenStoreError, type TokenStore, type TokenStoreVisit } from './token-store.js'

export interface RedisTokenStoreOptions {
  /** `redis://` or `rediss://`, with whatever user and password it takes. */
  readonly url: URL
  /** How long the store may take, in milliseconds, until it counts as down. */
  readonly timeoutMs: number
}

/**
 * A token store in Redis (6.2 and later) or Valkey. It is needed for a moment in many minutes, so each visit has a
 * connection of its own: none lies idle until a firewall drops it, none is found dead when it is needed, and none has to
 * be kept alive, reconnected or drained.
 */
export function createRedisTokenStore({ url, timeoutMs }: RedisTokenStoreOptions): TokenStore {
  // The client is loaded only where a store is set.
  const loading = import('./redis-client.js')
  loading.catch(() => undefined)
  const visits = new Set<TokenStoreVisit>()
  let closed = false

  return {
    async open(name) {
      const client = await connectable(loading, url, timeoutMs)
      if (closed) throw new TokenStoreError('it is closed')
      // The braces keep both on one node of whatever shards them.
      const tokenKey = `8x8-auth-proxy:{${name}}:token`
      const lockKey = `8x8-auth-proxy:{${name}}:lock`
      const owner = randomUUID()
      const bounded = createBound(timeoutMs)

      let news = false
      let wake = () => undefined as void
      const tell = () => {
        news = true
        wake()
      }
      // A connection that breaks is found out by the next command. Without a listener it would end the process.
      client.on('error', tell)

      const visit: TokenStoreVisit = {
        async read() {
          const response = await bounded(client.eval(READ, { keys: [tokenKey] }))
          const [value, remainingMs] = response as [string | null, number]
          return value === null || remainingMs <= 0 ? undefined : { value, remainingMs }
        },
        async lock(forMs) {
          const response = await bounded(
            client.eval(LOCK, { keys: [lockKey], arguments: [owner, String(Math.ceil(forMs))] }),
          )
          const [taken, time] = response as [number, number]
          return taken === 1
            ? { taken: true, takenAt: time }
            : ({ taken: false, freeInMs: time } satisfies Lock)
        },
        async unlock() {
          bounded.again()
          await bounded(client.eval(UNLOCK, { keys: [lockKey], arguments: [owner] }))
        },
        async write(value, goneAt) {
          bounded.again()
          const script = { keys: [lockKey, tokenKey], arguments: [owner, value, String(Math.floor(goneAt))] }
          return (await bounded(client.eval(UNLOCK, script))) === 1
        },
        async changed(withinMs) {
          if (!news) {
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, withinMs)
              wake = () => {
                clearTimeout(timer)
                resolve()
              }
            })
          }
          news = false
          bounded.again()
        },
        close() {
          visits.delete(visit)
          client.destroy()
          tell()
        },
      }
      visits.add(visit)
      try {
        const connecting = client.connect()
        // Destroyed while it connects, the client would let the connection come and keep it.
        connecting.then(
          () => visits.has(visit) || client.destroy(),
          () => undefined,
        )
        await bounded(connecting)
        await bounded(client.subscribe(lockKey, tell))
        return visit
      } catch (error) {
        visit.close()
        throw error
      }
    },

    close() {
      closed = true
      for (const visit of visits) visit.close()
    },
  }
}

/** Value and remaining life of the same moment. */
const READ = `return {redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])}`

/** Takes a free lock, and tells the time on the store's clock; of a taken one, tells how long it is held at most. */
const LOCK = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  local time = redis.call('TIME')
  return {1, time[1] * 1000 + math.floor(time[2] / 1000)}
end
return {0, redis.call('PTTL', KEYS[1])}`

/**
 * Frees the lock if it is still ours (a pause longer than its life may have given it to another), puts the value in
 * place if there is one, and wakes who waits.
 */
const UNLOCK = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if KEYS[2] then redis.call('SET', KEYS[2], ARGV[2], 'PXAT', ARGV[3]) end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', KEYS[1], '')
return 1`

/** Lets promises take so many milliseconds together; `again()` starts to count anew. Rejects with a TokenStoreError. */
function createBound(timeoutMs: number) {
  let startedAt = performance.now()
  async function bounded<T>(promise: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      const leftMs = startedAt + timeoutMs - performance.now()
      const error = new TokenStoreError(`it did not respond within ${timeoutMs} ms`)
      timer = setTimeout(() => reject(error), Math.max(leftMs, 0))
    })
    try {
      return await Promise.race([promise, tooLate])
    } catch (error) {
      throw toStoreError(error)
    } finally {
      clearTimeout(timer)
    }
  }
  return Object.assign(bounded, { again: () => void (startedAt = performance.now()) })
}

/** A client that makes one attempt to connect and none to reconnect. */
async function connectable(
  loading: Promise<typeof import('./redis-client.js')>,
  url: URL,
  timeoutMs: number,
) {
  try {
    const { createClient } = await loading
    return createClient({
      url: url.href,
      name: '8x8-auth-proxy',
      disableOfflineQueue: true,
      maintNotifications: 'disabled',
      socket: { connectTimeout: timeoutMs, reconnectStrategy: false },
    })
  } catch (error) {
    throw toStoreError(error)
  }
}

// Redis 7.2 and Valkey, and older ones.
const REFUSED_IN_SCRIPT = /ACL failure in script|^ERR The user executing the script can't/

/** What went wrong, without what a server or a library says beside it: that may hold the password. */
function toStoreError(error: unknown): TokenStoreError {
  if (error instanceof TokenStoreError) return error
  const { code, message, constructor, cause } = error as NodeJS.ErrnoException
  // What the user may not do in a script has no kind of its own.
  if (REFUSED_IN_SCRIPT.test(message)) return new TokenStoreError('NOPERM', error)
  // Redis names the kind of an error first: "WRONGPASS invalid username-password pair or user is disabled."
  const kind =
    code ?? (cause as NodeJS.ErrnoException)?.code ?? /^[A-Z]{2,}(?= )/.exec(message)?.[0] ?? constructor.name
  return new TokenStoreError(kind, error)
}
