const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** Formats a duration of milliseconds in its two largest units: "29 minutes 59 seconds". */
export function formatDuration(durationMs: number): string {
  let rest = Math.round(durationMs / 1000) * 1000
  const parts: string[] = []
  for (const [unit, unitMs] of UNITS) {
    const number = Math.floor(rest / unitMs)
    rest -= number * unitMs
    if (number > 0) parts.push(`${number} ${unit}${number === 1 ? '' : 's'}`)
    // The unit below the largest is shown, also when it is zero; the next ones say nothing.
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.length === 0 ? '0 seconds' : parts.join(' ')
}
