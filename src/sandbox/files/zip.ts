import { crc32 } from 'node:zlib'

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string
  readonly content: Uint8Array
}

/** 1 January 1980, the start of DOS time: archives of the same files are the same bytes. */
const dosDate = 0x0021
const version = 20
/** General purpose bit 11: names are UTF-8. */
const utf8Names = 0x0800

/** Makes a zip archive with its files stored, not compressed. Format: PKWARE APPNOTE 6.3, sections 4.3.7 to 4.3.16. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Uint8Array[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content } of entries) {
    const nameBytes = Buffer.from(name, 'utf8')
    const facts = commonFields(nameBytes, content)
    const header = Buffer.concat([signature(0x04034b50), facts, nameBytes])
    directory.push(directoryEntry(facts, offset, nameBytes))
    files.push(header, content)
    offset += header.length + content.length
  }
  const directoryBytes = Buffer.concat(directory)
  return Buffer.concat([...files, directoryBytes, endRecord(entries.length, directoryBytes.length, offset)])
}

/** The 26 bytes that a local header and its directory entry share. */
function commonFields(name: Buffer, content: Uint8Array): Buffer {
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(version, 0)
  fields.writeUInt16LE(utf8Names, 2)
  fields.writeUInt16LE(dosDate, 8)
  fields.writeUInt32LE(crc32(content), 10)
  fields.writeUInt32LE(content.length, 14) // compressed
  fields.writeUInt32LE(content.length, 18)
  fields.writeUInt16LE(name.length, 22)
  return fields
}

function directoryEntry(facts: Buffer, localOffset: number, name: Buffer): Buffer {
  const madeBy = Buffer.alloc(2)
  madeBy.writeUInt16LE(version)
  const rest = Buffer.alloc(14) // comment length, disk and attributes are all zero
  rest.writeUInt32LE(localOffset, 10)
  return Buffer.concat([signature(0x02014b50), madeBy, facts, rest, name])
}

function endRecord(count: number, directoryLength: number, directoryOffset: number): Buffer {
  const record = Buffer.alloc(22)
  record.writeUInt32LE(0x06054b50, 0)
  record.writeUInt16LE(count, 8)
  record.writeUInt16LE(count, 10)
  record.writeUInt32LE(directoryLength, 12)
  record.writeUInt32LE(directoryOffset, 16)
  return record
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
