import type { ByteSource } from '../gateway/handler.js'

// A prime length, so that no chunk or block size of a transport lines up with the repetition.
const block = Buffer.from(
  Array.from({ length: 65_521 }, (_, index) => (index * 31 + (index >> 8) * 17) & 0xff),
)

/** Makes `length` bytes that are always the same and take no memory, for downloads of any size. */
export function bytePattern(length: number): ByteSource {
  return {
    length,
    *read(start, end) {
      for (let at = start; at < Math.min(end, length);) {
        const from = at % block.length
        const piece = block.subarray(from, Math.min(block.length, from + end - at))
        yield piece
        at += piece.length
      }
    },
  }
}
