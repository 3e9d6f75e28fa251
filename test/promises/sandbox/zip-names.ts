import { crc32 } from 'node:zlib'

/** The names in a zip's directory, after checking that each stored file is where and what it says. */
export function zipNames(zip: Buffer): readonly string[] {
  const end = zip.length - 22
  if (zip.readUInt32LE(end) !== 0x06054b50) throw new Error('no end record')
  const names: string[] = []
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error('no directory entry')
    const size = zip.readUInt32LE(at + 24)
    const nameLength = zip.readUInt16LE(at + 28)
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26)
    if (crc32(zip.subarray(start, start + size)) !== zip.readUInt32LE(at + 16))
      throw new Error('wrong checksum')
    names.push(zip.toString('utf8', at + 46, at + 46 + nameLength))
    at += 46 + nameLength
  }
  return names
}
