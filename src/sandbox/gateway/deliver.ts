import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import type { SandboxResponse, ByteSource } from './handler.js'
import type { Fault } from '../faults/fault-spec.js'

/**
 * Sends a response with the fault applied. Large bodies are streamed at the speed of the client, so memory stays
 * flat. Returns early when the client disconnects.
 * @param headersWritten called just before the headers are written.
 */
export async function deliver(
  raw: ServerResponse,
  response: SandboxResponse,
  fault: Fault = {},
  headersWritten?: () => void,
): Promise<void> {
  const gone = new AbortController()
  raw.once('close', () => gone.abort())
  if (fault.delayMs) await pause(fault.delayMs, gone.signal)
  if (raw.destroyed) return

  const { body } = response
  const bodiless = raw.req.method === 'HEAD' || response.status === 204 || response.status === 304
  headersWritten?.()
  raw.writeHead(response.status, { ...response.headers, ...lengthOf(response, fault) })
  if (fault.stall) return raw.flushHeaders()
  if (bodiless || (body.length === 0 && fault.cutAfterBytes === undefined)) return void raw.end()
  if (body instanceof Uint8Array && fault.cutAfterBytes === undefined && fault.dripMs === undefined) {
    return void raw.end(body)
  }

  const end = Math.min(body.length, fault.cutAfterBytes ?? body.length)
  const wholly = await writePieces(raw, piecesOf(body, end, fault), fault.dripMs, gone.signal)
  if (!wholly) return
  if (fault.cutAfterBytes === undefined) return void raw.end()
  await flushed(raw)
  raw.destroy()
}

async function writePieces(
  response: ServerResponse,
  pieces: Iterable<Uint8Array>,
  dripMs: number | undefined,
  gone: AbortSignal,
): Promise<boolean> {
  for (const piece of pieces) {
    const roomLeft = response.write(piece)
    // Waiting after each piece is what makes them arrive one by one.
    if (dripMs !== undefined) await pause(dripMs, gone)
    else if (!roomLeft) await once(response, 'drain', { signal: gone }).catch(() => {})
    if (gone.aborted) return false
  }
  return true
}

function* piecesOf(body: Uint8Array | ByteSource, end: number, fault: Fault): Iterable<Uint8Array> {
  const whole = body instanceof Uint8Array ? [body.subarray(0, end)] : body.read(0, end)
  if (fault.dripMs === undefined) {
    yield* whole
    return
  }
  const size = Math.min(1024, Math.max(1, Math.ceil(body.length / 20)))
  for (const piece of whole) {
    for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size)
  }
}

function lengthOf(response: SandboxResponse, fault: Fault): Record<string, number> {
  if (response.status === 204 || response.status === 304) return {}
  const { length } = response.body
  return { 'Content-Length': Math.max(length, (fault.cutAfterBytes ?? -1) + 1) }
}

/** Waits until everything written has left: the connection is to be aborted after it, not before. */
async function flushed(response: ServerResponse): Promise<void> {
  response.flushHeaders()
  // Node corks writes until the end of this turn of the event loop.
  await nextTurn()
  if (response.socket?.writableLength) await once(response.socket, 'drain').catch(() => {})
}

async function pause(ms: number, gone: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal: gone }).catch(() => {})
}
