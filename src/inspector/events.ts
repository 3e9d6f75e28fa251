import { ProxyError } from '../http/errors.js'
import type { Recorder } from './recorder.js'
import type { Snapshot, Status, Summary } from './wire.js'

export interface EventsOptions {
  readonly recorder: Recorder
  readonly snapshot: () => Snapshot
  readonly status: () => Status
}

/** A page that is open, wherever its connection is. */
export interface Viewer {
  send(text: string): void
  end(): void
}

/** The stream of server-sent events (WHATWG HTML, section 9.2) that keeps open pages up to date. */
export interface Events {
  /**
   * @returns how to leave
   * @throws {ProxyError} `overloaded` or `shutting-down`
   */
  connect(viewer: Viewer): () => void
  /** Tells every page how things are, without waiting for the next second. */
  tell(): void
}

const MOST_PAGES = 20
// It tells a page that the connection lives, too.
const STATUS_MS = 1_000
// How soon a call in flight is seen. And requests that arrive together are sent together: at thousands a second a page could not follow.
const BATCH_MS = 100
const MOST_IN_BATCH = 200

/** Timers and the recorder's attention cost something only while a page is connected. */
export function createEvents({ recorder, snapshot, status }: EventsOptions): Events {
  const pages = new Set<Viewer>()
  let batch: Summary[] = []
  /** The ends of what pages show in flight: not one of them may be missing. */
  let ends: Summary[] = []
  let leave: (() => void) | undefined
  let ticking: NodeJS.Timeout | undefined
  let flushing: NodeJS.Timeout | undefined

  function send(event: string, data: unknown): void {
    const text = format(event, data)
    for (const page of pages) page.send(text)
  }

  function flush(): void {
    const news = [...ends, ...batch, ...recorder.newInFlight()]
    ends = []
    batch = []
    if (news.length > 0) send('requests', news)
  }

  function start(): void {
    leave = recorder.watch({
      recorded(summary, known) {
        if (known) return void ends.push(summary)
        if (batch.length === MOST_IN_BATCH) batch.shift()
        batch.push(summary)
      },
      cleared() {
        ends = []
        batch = []
        send('cleared', null)
      },
      closed() {
        flush()
        // So that they need not guess why it ends.
        send('closing', {})
        for (const page of pages) page.end()
      },
    })
    if (leave === undefined) throw shuttingDown()
    ticking = setInterval(() => send('status', status()), STATUS_MS).unref()
    flushing = setInterval(flush, BATCH_MS).unref()
  }

  function stop(): void {
    leave?.()
    leave = undefined
    clearInterval(ticking)
    clearInterval(flushing)
    ends = []
    batch = []
  }

  return {
    connect(viewer) {
      if (pages.size >= MOST_PAGES) {
        throw new ProxyError('overloaded', `${MOST_PAGES} pages are open already. Close one.`, {
          retryAfterMs: 5000,
        })
      }
      if (pages.size === 0) start()
      // Else they would come twice: with the snapshot and with the batch.
      flush()
      pages.add(viewer)
      viewer.send(`retry: 1000\n${format('snapshot', snapshot())}`)
      return () => {
        if (pages.delete(viewer) && pages.size === 0) stop()
      }
    },

    tell: () => send('status', status()),
  }
}

/** JSON has no line feeds outside of escapes, so nothing in the data can end it. */
function format(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

export function shuttingDown(): ProxyError {
  return new ProxyError('shutting-down', 'The proxy is shutting down.', { retryAfterMs: 1000 })
}
