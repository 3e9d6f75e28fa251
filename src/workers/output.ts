import type { Readable } from 'node:stream'
import { pino } from 'pino'

/**
 * Where a worker's log lines go: in batches to the primary, since to wake it for each line would cost a fifth of all the
 * time. They are written without the help of other threads, so that nothing waits in memory when the process ends; at
 * its exit sonic-boom would try for ever to write to a pipe whose reader has died.
 */
export function createLineBatches() {
  return pino.destination({
    dest: 1,
    sync: true,
    minLength: BATCH_BYTES,
    maxWrite: 2 * BATCH_BYTES,
    periodicFlush: BATCH_MS,
  })
}

const BATCH_BYTES = 32 * 1024
const BATCH_MS = 100

const LINE_FEED = 0x0a

/** Passes on the lines of a stream, whole ones only: those of several processes do not mix. */
export function copyLines(from: Readable, write: (lines: string) => void): void {
  let begun: Buffer[] = []
  from.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf(LINE_FEED) + 1
    if (end === 0) return void begun.push(chunk)
    write(Buffer.concat([...begun, chunk.subarray(0, end)]).toString())
    begun = end === chunk.length ? [] : [chunk.subarray(end)]
  })
  // What a process was saying when it died.
  from.on('end', () => void (begun.length > 0 && write(`${Buffer.concat(begun).toString()}\n`)))
}
