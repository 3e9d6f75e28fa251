/** Tells whether a name is one of the IANA's time zones. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Converts a local time without an offset, such as `2026-01-05 08:30:00`, to epoch milliseconds; NaN if it is none. */
export function instantIn(zone: string, local: string): number {
  const asUtc = Date.parse(`${local.trim().replace(' ', 'T')}${local.trim().length > 10 ? 'Z' : ''}`)
  if (Number.isNaN(asUtc)) return Number.NaN
  // Twice, because the offset is that of the instant, not of the same hour in UTC.
  const guess = asUtc - offsetOf(zone, asUtc)
  return asUtc - offsetOf(zone, guess)
}

/** Writes an instant as a zone's local time with its offset: `2026-01-05T11:00:00.000+0200`. */
export function localTime(zone: string, instantMs: number): string {
  const offset = offsetOf(zone, instantMs)
  const minutes = Math.abs(offset) / 60_000
  const digits = [Math.floor(minutes / 60), minutes % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join('')
  return new Date(instantMs + offset).toISOString().replace('Z', `${offset < 0 ? '-' : '+'}${digits}`)
}

function offsetOf(zone: string, instantMs: number): number {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    formats.set(zone, format)
  }
  const name = format.formatToParts(instantMs).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? ['', '+', '0', '0']
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

const formats = new Map<string, Intl.DateTimeFormat>()
