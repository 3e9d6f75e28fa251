import type { ServerResponse } from 'node:http'
import { type Capture, createCapture } from '../inspector/capture.js'
import { hasFailed, type RecordedRequest, takeDown, type Taken } from '../inspector/recorder.js'
import type { Numbers } from '../numbers.js'
import type { TakesDown } from '../shared.js'
import type { Report } from './messages.js'

export interface ReporterOptions {
  /** What this process has counted since its start. */
  readonly numbers: () => Numbers
  readonly send: (report: Report) => Promise<void>
  readonly now: () => number
  readonly capturing: boolean
}

/** Tells the primary what passes through a worker: in batches, since a message a request would cost too much. */
export interface Reporter extends TakesDown {
  /** Headers and bodies are to be captured, or not any more. */
  setCapturing(on: boolean): void
  /** Sends what has not been sent yet. Resolves when it has arrived. */
  flush(): Promise<void>
}

const INTERVAL_MS = 250
// As many as the primary keeps: of more it could only show the last.
const MOST_TAKEN = 200

export function createReporter({ numbers, send, now, capturing }: ReporterOptions): Reporter {
  let captures = capturing
  let taken: Taken[] = []
  let left = { requests: 0, failed: 0 }
  let timer: NodeJS.Timeout | undefined

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const { traffic, ...rest } = numbers()
    const { families, problems, retries, cache } = traffic
    const report = { numbers: { ...rest, traffic: { families, problems, retries, cache } }, taken, left }
    taken = []
    left = { requests: 0, failed: 0 }
    return send(report)
  }

  function keep(last: Taken): void {
    taken.push(last)
    if (taken.length <= MOST_TAKEN) return
    left.requests += 1
    if (hasFailed(taken.shift()!.summary)) left.failed += 1
  }

  return {
    capture: (): Capture | undefined => (captures ? createCapture() : undefined),

    record(request: RecordedRequest, response: ServerResponse) {
      const last = takeDown(request, response, now())
      if (last !== undefined) keep(last)
      timer ??= setTimeout(() => void flush(), INTERVAL_MS).unref()
    },

    setCapturing: (on) => void (captures = on),
    flush,
  }
}
