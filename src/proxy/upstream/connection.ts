import type { Socket } from 'node:net'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import { type IdleLimits, retireIdle } from './idle-connection.js'

/** A connection to 8x8, as far as the responses on it need to know it. */
export interface Connection {
  /** A request takes it. @returns whether it may have died while it was idle before */
  take(): boolean
  /** Stops reading from it, because the caller reads slowly. */
  pause(controller: Dispatcher.DispatchController): void
  resume(controller: Dispatcher.DispatchController): void
}

/** The connection that a request has got; undefined while it is still being opened. */
export type CurrentConnection = () => Connection | undefined

/** A request that learns which connection it gets as soon as it has one. */
export interface TrackedDispatchOptions extends Dispatcher.DispatchOptions {
  readonly onConnection?: (current: CurrentConnection, request: Dispatcher.DispatchOptions) => void
}

/** A client that tells each request which connection it got: only a used one may have died while it was idle. */
export function tracked(origin: URL, options: object, limits: IdleLimits): Client {
  const { connect } = options as { connect: buildConnector.connector }
  let connection: Connection | undefined
  let socketNow: Socket | undefined
  const current: CurrentConnection = () => connection
  const client = new Client(origin, {
    ...options,
    connect: (target, callback) =>
      connect(target, (...result) => {
        const [, socket] = result
        if (socket) {
          connection = track(socket)
          socketNow = socket
          socket.once('close', () => (connection = undefined))
        }
        callback(...result)
      }),
  })
  client.on('connect', () => passOverContinue(socketNow))
  const dispatching = retireIdle(
    client,
    () => socketNow,
    limits,
    () => (connection = undefined),
  )
  const dispatch = client.dispatch.bind(client)
  client.dispatch = (request, handler) => {
    dispatching()
    ;(request as TrackedDispatchOptions).onConnection?.(current, request)
    return dispatch(request, handler)
  }
  return client
}

/**
 * undici takes a "100 Continue" for a broken response, and ends connection and request, though whoever did not ask for one
 * can simply pass it over (RFC 9110, section 15.2.1). All other informational responses pass, so a 100 becomes one of them.
 *
 * The parser is undici's own, found by its symbol: where that is not what it is in undici 7, a 100 ends the request
 * as before, with `upstream-broken`.
 */
function passOverContinue(socket: Socket | undefined): void {
  if (socket === undefined) return
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser')
  const parser = (socket as unknown as Record<symbol, Partial<Parser> | null>)[symbol!]
  const onHeadersComplete = parser?.onHeadersComplete?.bind(parser)
  if (onHeadersComplete === undefined) return
  parser!.onHeadersComplete = (status, ...rest) => onHeadersComplete(status === 100 ? 102 : status, ...rest)
}

interface Parser {
  onHeadersComplete(status: number, upgrade: boolean, shouldKeepAlive: boolean): number
}

// One that was opened ahead and waited longer than this for its first request was idle too.
const IDLE_MS = 1_000

/**
 * undici 7 fails an assertion, and the whole process with it, when a connection ends or is reset while the last response
 * on it is paused. So the end of a paused connection waits until it is read again, and a reset goes by undici's own name
 * for a broken connection: under Node's name undici also takes it for the end of a response without a length.
 *
 * Overriding `emit` is for undici 7 only (nodejs/undici#5360). undici 8 has the cure (#5389, #5474): with it, this goes.
 */
function track(socket: Socket): Connection {
  let ended = false
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') error.code = 'UND_ERR_SOCKET'
  })
  const emit = socket.emit.bind(socket)
  const emitLater: typeof emit = (event: string, ...values: unknown[]) => {
    if (event !== 'end') return emit(event, ...values)
    ended = true
    return true
  }
  let isUsed = false
  const openedAt = performance.now()
  return {
    take() {
      const mayHaveDied = isUsed || performance.now() - openedAt > IDLE_MS
      isUsed = true
      return mayHaveDied
    },
    pause(controller) {
      socket.emit = emitLater
      // Or Node would close the connection at the end that is not known yet.
      socket.allowHalfOpen = true
      controller.pause()
    },
    resume(controller) {
      socket.emit = emit
      controller.resume()
      if (!ended || socket.emit === emitLater || socket.destroyed) return
      ended = false
      socket.emit('end')
    },
  }
}
