import { deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * Makes a screenshot a third of its size: 256 colours (the most frequent ones, and for all others the nearest of them),
 * which is more than a page has but for the edges of its letters. PNG (W3C), of what Chromium writes: 8 bits a channel,
 * RGB or RGBA, not interlaced.
 */
export function smallPng(png) {
  const { width, height, channels, data } = parse(png)
  const pixels = unfiltered(data, width, height, channels)
  const counts = new Map()
  for (let at = 0; at < pixels.length; at += channels) {
    const color = pixels.readUIntBE(at, 3)
    counts.set(color, (counts.get(color) ?? 0) + 1)
  }
  const palette = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 256)
    .map(([color]) => color)
  const indexes = new Map(palette.map((color, i) => [color, i]))
  for (const color of counts.keys()) if (!indexes.has(color)) indexes.set(color, nearest(palette, color))

  const rows = Buffer.alloc(height * (width + 1))
  for (let y = 0, from = 0; y < height; y += 1) {
    // Each row begins with its filter: none.
    for (let x = 0; x < width; x += 1, from += channels) {
      rows[y * (width + 1) + 1 + x] = indexes.get(pixels.readUIntBE(from, 3))
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const colors = Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colors),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function parse(png) {
  const data = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const [depth, type, , , interlaced] = png.subarray(24, 29)
  const channels = { 2: 3, 6: 4 }[type]
  if (depth !== 8 || channels === undefined || interlaced !== 0) throw new Error('not a PNG of Chromium')
  return {
    width: png.readUInt32BE(16),
    height: png.readUInt32BE(20),
    channels,
    data: inflateSync(Buffer.concat(data)),
  }
}

/** Section 9.2, "Filter types for filter method 0". */
function unfiltered(data, width, height, channels) {
  const length = width * channels
  const out = Buffer.alloc(length * height)
  for (let y = 0; y < height; y += 1) {
    const filter = data[y * (length + 1)]
    for (let x = 0; x < length; x += 1) {
      const at = y * length + x
      const left = x < channels ? 0 : out[at - channels]
      const up = y === 0 ? 0 : out[at - length]
      const corner = x < channels || y === 0 ? 0 : out[at - length - channels]
      out[at] = data[y * (length + 1) + 1 + x] + predicted(filter, left, up, corner)
    }
  }
  return out
}

function predicted(filter, left, up, corner) {
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value))
  return a <= b && a <= c ? left : b <= c ? up : corner
}

function nearest(palette, color) {
  let best = 0
  let least = Infinity
  palette.forEach((other, i) => {
    const distance = [16, 8, 0].reduce((sum, bit) => {
      const difference = ((other >> bit) & 255) - ((color >> bit) & 255)
      return sum + difference * difference
    }, 0)
    if (distance < least) [best, least] = [i, distance]
  })
  return best
}

function chunk(type, content) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(content.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}

function crc32(bytes) {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
