import type { Socket } from 'node:net'
import type { Client } from 'undici'
import { createIdleLimit, type IdleLimit, type IdleTiming } from './idle-limit.js'

/** What is known of an origin: servers are less patient with a connection that has not brought a request yet. */
export interface IdleLimits {
  readonly used: IdleLimit
  readonly unused: IdleLimit
  readonly longestMs: number
}

/** One for each origin. */
export function createIdleLimits(timing: IdleTiming): (origin: string | URL) => IdleLimits {
  const now = () => performance.now()
  const byOrigin = new Map<string, IdleLimits>()
  return (to) => {
    const { origin } = new URL(to)
    let limits = byOrigin.get(origin)
    if (limits === undefined) {
      limits = {
        used: createIdleLimit(timing, now),
        unused: createIdleLimit(timing, now),
        longestMs: timing.longestMs,
      }
      byOrigin.set(origin, limits)
    }
    return limits
  }
}

/**
 * Closes a client's connection before the other side would, and learns when that is. Its socket is destroyed, not the client
 * closed: undici's pool hands requests to a closed client, which fails them, but a client whose socket is destroyed keeps a
 * request until the close and then opens another connection for it.
 *
 * @param forget the connection is not to be used any more
 * @returns what to call before each dispatch
 */
export function retireIdle(
  client: Client,
  socketNow: () => Socket | undefined,
  limits: IdleLimits,
  forget: () => void,
): () => void {
  let limit = limits.unused
  let idleSince: number | undefined
  /** How long it had been idle when a request came. */
  let idleBefore: number | undefined
  let bytesBefore = 0
  let retired = false
  let timer: NodeJS.Timeout | undefined

  const retire = () => {
    retired = true
    forget()
    socketNow()?.destroy()
  }
  const idle = () => {
    const socket = socketNow()
    if (socket === undefined || socket.destroyed) return
    idleSince = performance.now()
    idleBefore = undefined
    bytesBefore = socket.bytesRead
    limit = socket.bytesWritten > 0 ? limits.used : limits.unused
    const ms = limit.current()
    // The longest is kept by undici.
    clearTimeout(timer)
    if (ms < limits.longestMs) timer = setTimeout(retire, ms).unref()
  }
  client.on('drain', () => {
    if (client.stats.size === 0) idle()
  })
  client.on('disconnect', (_origin, _targets, error: NodeJS.ErrnoException) => {
    clearTimeout(timer)
    const idleFor = idleBefore ?? (idleSince === undefined ? undefined : performance.now() - idleSince)
    // A request that met the close got no byte.
    const unanswered = idleBefore === undefined || socketNow()?.bytesRead === bytesBefore
    if (!retired && unanswered && idleFor !== undefined && error.code === 'UND_ERR_SOCKET')
      limit.closedAfter(idleFor)
    retired = false
    idleSince = undefined
    idleBefore = undefined
  })

  return () => {
    if (idleSince === undefined || idleBefore !== undefined || retired) return
    clearTimeout(timer)
    idleBefore = performance.now() - idleSince
    // A timer may be late, or from before it was learned.
    if (idleBefore >= limit.current()) retire()
  }
}
