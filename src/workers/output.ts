import type { Readable } from 'node:stream'

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
