import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The requests of one connection that were sent without waiting for the response to the one before. */
interface Pipeline {
  /** Responses that wait for their turn: they have no socket yet. */
  readonly waiting: Set<ServerResponse>
  /** Whether one of those that are not over is something else than GET or HEAD. */
  ordered: boolean
}

const pipelines = new WeakMap<Socket, Pipeline>()

/**
 * Notes a request as it comes. A response that waits behind another one has no socket yet, and Node never says `close` of it
 * if the connection ends before its turn: what is counted and held for it would stay for ever. (Node 24 says it in the end,
 * after us: listeners for `close` are added with `once`.)
 */
export function followPipeline(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  let pipeline = pipelines.get(socket)
  if (response.socket !== null) {
    // Nothing is before it.
    if (pipeline !== undefined) pipeline.ordered = false
    return
  }
  if (pipeline === undefined) {
    pipeline = { waiting: new Set(), ordered: false }
    pipelines.set(socket, pipeline)
    const { waiting } = pipeline
    // One listener for all, which costs a connection that pipelines thousands of requests nothing.
    socket.once('close', () => {
      for (const left of waiting) if (!left.closed) left.destroy().emit('close')
    })
  }
  const { waiting } = pipeline
  waiting.add(response)
  response.once('socket', () => waiting.delete(response))
  pipeline.ordered ||= !isRead(request) || !isRead(currentRequest(socket))
}

/**
 * Calls `go` when a request may be sent on: at once, unless something else than GET and HEAD is among those that were
 * pipelined with it. Those must reach 8x8 one after the other, as their caller sent them (RFC 9112, section 9.3.2). Never
 * calls it if the caller leaves before.
 */
export function inTurn(request: IncomingMessage, response: ServerResponse, go: () => void): void {
  if (response.socket !== null || pipelines.get(request.socket)?.ordered !== true) return go()
  // Node gives it the socket in the middle of ending the response before.
  response.once('socket', () => setImmediate(() => response.destroyed || go()))
}

/** Whether responses wait behind the one that has the socket. */
export function hasWaiting(socket: object): boolean {
  return (pipelines.get(socket as Socket)?.waiting.size ?? 0) > 0
}

function isRead(request: IncomingMessage | undefined): boolean {
  return request === undefined || request.method === 'GET' || request.method === 'HEAD'
}

/** The request whose response has the socket. */
function currentRequest(
  socket: Socket & { _httpMessage?: ServerResponse | null },
): IncomingMessage | undefined {
  return socket._httpMessage?.req
}
