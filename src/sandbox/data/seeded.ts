/**
 * Returns a made-up whole number from `min` to `max`, always the same for the same seed, so that lists and details agree.
 * FNV-1a with a final mix: not secure, only well spread.
 */
export function seededNumber(seed: string, min: number, max: number): number {
  return min + (hash(seed) % (max - min + 1))
}

/** Picks one of the choices, always the same for the same seed. */
export function seededPick<T>(seed: string, choices: readonly [T, ...T[]]): T {
  return choices[hash(seed) % choices.length] ?? choices[0]
}

/** Returns `digits` made-up lower-case hexadecimal digits. */
export function seededHex(seed: string, digits: number): string {
  let hex = ''
  for (let block = 0; hex.length < digits; block++) {
    hex += hash(`${seed}/${block}`).toString(16).padStart(8, '0')
  }
  return hex.slice(0, digits)
}

/** Returns a made-up UUID of version 4 (RFC 9562). */
export function seededUuid(seed: string): string {
  const hex = seededHex(seed, 31)
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(12, 15)}`,
    `a${hex.slice(15, 18)}`,
    hex.slice(19),
  ]
  return parts.join('-')
}

function hash(seed: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < seed.length; index++) {
    value = Math.imul(value ^ seed.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  return (value ^ (value >>> 15)) >>> 0
}
