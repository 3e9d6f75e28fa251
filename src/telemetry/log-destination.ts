import { write as writeFd } from 'node:fs'
import type { DestinationStream } from 'pino'

/** Where the log goes. It never makes a caller wait: what cannot be written is dropped and counted. */
export interface LogDestination extends DestinationStream {
  /** Lines dropped since the start. */
  readonly dropped: () => number
  /** Resolves when everything is written or dropped, or after so many milliseconds. */
  flush(longestMs: number): Promise<void>
}

export interface LogDestinationOptions {
  /** A file descriptor that does not block: an unread pipe then says EAGAIN. */
  readonly fd: number
  /** Called with the number of lines dropped since the last call, once writing is possible again. */
  readonly resumed: (lines: number) => void
  /** For tests. */
  readonly write?: typeof writeFd
}

// A pipe holds 64 KiB; what a reader that is busy for a moment leaves unread at full load fits in here.
const MOST_BYTES = 128 * 1024
const RETRY_MS = 20
// A write wakes a thread, which costs a request at full load a tenth of its CPU time (0.91 to 0.95 of it with this pause,
// measured side by side in three runs). A line that comes after a silence is written at once.
const PAUSE_MS = 10
const LONGEST_BATCH_BYTES = 32 * 1024

/**
 * Writes lines asynchronously, one write at a time; lines that come meanwhile, or within a moment after, are written
 * together. A full disk (ENOSPC), a closed pipe (EPIPE) or a closed terminal (EIO) loses the lines of that write, an unread
 * pipe (EAGAIN) those that do not fit in the memory that there is for them.
 *
 * sonic-boom, pino's own destination, was not usable for this: its `flushSync` never returns on a full disk, and neither
 * the lines in its buffer nor its retries can be given up (4.2.1).
 */
export function createLogDestination({
  fd,
  resumed,
  write = writeFd,
}: LogDestinationOptions): LogDestination {
  let lines: string[] = []
  let bytes = 0
  let writing = false
  let pause: NodeJS.Timeout | undefined
  let dropped = 0
  let reported = 0
  // A line that was broken off in the middle must not be continued by the next one.
  let broken = false
  const idle = new Set<() => void>()

  function next(): void {
    clearTimeout(pause)
    pause = undefined
    if (lines.length === 0) {
      writing = false
      for (const resolve of idle) resolve()
      idle.clear()
      return
    }
    writing = true
    const batch = Buffer.from(`${broken ? '\n' : ''}${lines.join('')}`)
    lines = []
    bytes = batch.length
    writeBatch(batch)
  }

  function writeBatch(batch: Buffer): void {
    write(fd, batch, 0, batch.length, null, (error, written) => {
      const code = error?.code
      if (code === 'EAGAIN' || code === 'EBUSY') {
        setTimeout(() => writeBatch(batch), RETRY_MS).unref()
      } else if (error !== null) {
        drop(batch)
      } else if (written < batch.length) {
        bytes -= written
        broken = batch[written - 1] !== NEWLINE
        writeBatch(batch.subarray(written))
      } else {
        bytes -= written
        broken = false
        tellDropped()
        pause = setTimeout(next, idle.size > 0 ? 0 : PAUSE_MS).unref()
      }
    })
  }

  /** What came meanwhile is tried in a moment: a disk that is full now may not be then. */
  function drop(batch: Buffer): void {
    bytes -= batch.length
    // Not the newline that ends a broken line.
    const lost = batch.subarray(batch[0] === NEWLINE ? 1 : 0)
    dropped += lost.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0)
    setTimeout(next, RETRY_MS).unref()
  }

  function tellDropped(): void {
    const count = dropped - reported
    if (count === 0 || bytes > MOST_BYTES / 2) return
    reported = dropped
    resumed(count)
  }

  return {
    dropped: () => dropped,
    write(line) {
      if (bytes + line.length > MOST_BYTES) {
        dropped += 1
        return
      }
      bytes += line.length
      lines.push(line)
      if (!writing || (pause !== undefined && bytes > LONGEST_BATCH_BYTES)) next()
    },
    flush: (longestMs) =>
      new Promise((resolve) => {
        if (!writing) return resolve()
        idle.add(resolve)
        if (pause !== undefined) next()
        setTimeout(resolve, longestMs)
      }),
  }
}

const NEWLINE = 10
