import { type Capture, createCapture } from '../inspector/capture.js'
import { createLatest } from '../inspector/latest.js'
import { type Ended, hasFailed, summarize, takeDown } from '../inspector/recorder.js'
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
  const ended = createLatest<Ended>(MOST_TAKEN)
  let left = { requests: 0, failed: 0 }
  let timer: NodeJS.Timeout | undefined

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const { traffic, ...rest } = numbers()
    const { families, problems, retries, cache } = traffic
    const time = now()
    const report = {
      numbers: { ...rest, traffic: { families, problems, retries, cache } },
      taken: ended.takeAll().map((each) => summarize(each, time)),
      left,
    }
    left = { requests: 0, failed: 0 }
    return send(report)
  }

  function keep(last: Ended): void {
    const gone = ended.add(last)
    if (gone === undefined) return
    left.requests += 1
    if (hasFailed(gone)) left.failed += 1
  }

  return {
    capture: (): Capture | undefined => (captures ? createCapture() : undefined),

    record(request, response, endedAt) {
      const last = takeDown(request, response, endedAt)
      if (last !== undefined) keep(last)
      timer ??= setTimeout(() => void flush(), INTERVAL_MS).unref()
    },

    setCapturing: (on) => void (captures = on),
    flush,
  }
}
