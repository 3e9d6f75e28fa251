import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { ProxyError } from '../http/errors.js'
import type { BodyState } from './retry-policy.js'

/** What a request carries: nothing, all of it (it may be sent again), or a stream (it is sent once). */
export type RequestBody = null | Buffer | Upload

/** Whether a body can be sent, or sent again. */
export function bodyState(body: RequestBody): BodyState {
  if (!(body instanceof Upload)) return 'repeatable'
  return body.readableDidRead ? 'read' : 'unread'
}

export interface BodyLimits {
  readonly maxBodyBytes: number
  /** As much is read before a connection is taken, so that slow senders occupy none, and kept for a replay. */
  readonly replayBodyBytes: number
  /** The longest silence between two chunks. */
  readonly idleTimeoutMs: number
}

/**
 * Reads the body of a request that has one, to its end or to the point where it has become too large to keep.
 *
 * @param keep called with the size of each part; returns an error if there is no memory for it
 * @param done called once: with `body-too-large`, `request-timeout` or what `keep` says, or the body. Never called if the caller leaves.
 */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  keep: (bytes: number) => ProxyError | undefined,
  done: (error: ProxyError | undefined, body: RequestBody) => void,
): void {
  if (Number(request.headers['content-length']) > limits.maxBodyBytes) return done(bodyTooLarge(limits), null)

  const chunks: Buffer[] = []
  let size = 0
  const timer = setTimeout(() => finish(requestTimeout(), null), limits.idleTimeoutMs).unref()
  const onData = (chunk: Buffer) => {
    timer.refresh()
    chunks.push(chunk)
    size += chunk.length
    const noMemory = keep(chunk.length)
    if (size > limits.maxBodyBytes) finish(bodyTooLarge(limits), null)
    else if (noMemory !== undefined) finish(noMemory, null)
    else if (size > limits.replayBodyBytes) finish(undefined, new Upload(request, chunks, size, limits))
  }
  const onEnd = () => finish(undefined, Buffer.concat(chunks, size))
  const stop = () => {
    clearTimeout(timer)
    request.off('data', onData).off('end', onEnd).off('close', stop)
  }
  const finish = (error: ProxyError | undefined, body: RequestBody) => {
    stop()
    done(error, body)
  }
  request.on('data', onData).on('end', onEnd).on('close', stop)
}

/**
 * The rest of a large body. Its own stream, because undici destroys the body it is given when an upload fails: the
 * request itself would take the caller's connection, and our response, with it.
 */
export class Upload extends Readable {
  readonly #request: IncomingMessage
  readonly #limits: BodyLimits
  readonly #timer: NodeJS.Timeout
  #prefix: Buffer[]
  #size: number

  constructor(request: IncomingMessage, prefix: Buffer[], size: number, limits: BodyLimits) {
    super({ highWaterMark: 64 * 1024 })
    this.#request = request
    this.#prefix = prefix
    this.#size = size
    this.#limits = limits
    request.pause()
    request.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
    this.#timer = setTimeout(this.#onSilence, limits.idleTimeoutMs).unref()
    // It may be destroyed after undici has let go of it.
    this.on('error', () => undefined)
  }

  override _read(): void {
    this.#timer.refresh()
    const prefix = this.#prefix
    if (prefix.length > 0) {
      this.#prefix = []
      for (const chunk of prefix) this.push(chunk)
    } else {
      this.#request.resume()
    }
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#timer)
    this.#request.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    // What still comes is read and forgotten, so that a caller in the middle of sending gets to read the response.
    this.#request.resume()
    callback(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#timer.refresh()
    this.#size += chunk.length
    if (this.#size > this.#limits.maxBodyBytes) this.destroy(bodyTooLarge(this.#limits))
    else if (!this.push(chunk)) this.#request.pause()
  }

  // The clock runs on until the last byte is taken (see `_destroy`): 8x8 may still stop reading.
  readonly #onEnd = (): void => {
    this.#timer.refresh()
    this.push(null)
  }

  readonly #onClose = (): void => {
    if (!this.#request.complete) this.destroy(new Error('the caller left in the middle of the body'))
  }

  readonly #onSilence = (): void => {
    const waitsFor8x8 = this.#request.isPaused() || this.#request.complete
    this.destroy(waitsFor8x8 ? uploadStalled() : requestTimeout())
  }
}

function bodyTooLarge({ maxBodyBytes }: BodyLimits): ProxyError {
  return new ProxyError(
    'body-too-large',
    `The body is larger than the ${maxBodyBytes} bytes of X8_MAX_BODY_BYTES.`,
  )
}

function requestTimeout(): ProxyError {
  return new ProxyError('request-timeout', 'The body stopped arriving for longer than X8_IDLE_TIMEOUT_MS.')
}

function uploadStalled(): ProxyError {
  return new ProxyError(
    'upstream-timeout',
    '8x8 stopped reading the body for longer than X8_IDLE_TIMEOUT_MS.',
  )
}
