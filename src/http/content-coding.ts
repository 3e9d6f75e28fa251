import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

/**
 * Decompresses a whole body of a single coding (`Content-Encoding`), for a look at it.
 *
 * @returns the content, or undefined where the coding is unknown or doubled, the body is malformed or not whole, or the
 *   content is longer than `mostBytes`
 */
export function decompressed(body: Buffer, contentEncoding: string, mostBytes: number): Buffer | undefined {
  const decompress = DECOMPRESS[contentEncoding.trim().toLowerCase()]
  try {
    return decompress?.(body, { maxOutputLength: mostBytes })
  } catch {
    return undefined
  }
}

const DECOMPRESS: Readonly<Record<string, typeof gunzipSync | typeof brotliDecompressSync>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
}
