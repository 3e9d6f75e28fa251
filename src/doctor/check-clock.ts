import { failed, type Outcome, passed, skipped } from './outcome.js'
import type { Grant } from './check-token.js'
import { formatDuration } from '../telemetry/format-duration.js'

const TOLERATED_MS = 5 * 60_000
// Before this, a number of milliseconds would be a date in 1973: it counts seconds.
const SMALLEST_MS = 100_000_000_000

/**
 * Checks that this machine's clock agrees with 8x8's to five minutes, by `issued_at` of the token. Skipped when the token
 * does not have it.
 */
export function checkClock({ issuedAt, receivedAtMs }: Grant): Outcome<true> {
  const number = typeof issuedAt === 'string' && issuedAt !== '' ? Number(issuedAt) : issuedAt
  if (typeof number !== 'number' || !Number.isFinite(number) || number <= 0) {
    return skipped('the token does not say when it was issued, so there is no clock to compare with')
  }
  const differenceMs = receivedAtMs - (number < SMALLEST_MS ? number * 1000 : number)
  const size = Math.abs(differenceMs)
  if (size <= TOLERATED_MS) {
    return passed(
      size < 2000 ? 'agrees with that of 8x8' : `within ${formatDuration(size)} of that of 8x8`,
      true,
    )
  }
  return failed(
    `this machine is ${formatDuration(size)} ${differenceMs > 0 ? 'ahead of' : 'behind'} 8x8`,
    'Set date and time, or switch on synchronisation (NTP). Tokens are counted on another clock and keep working, but certificates are judged, logs dated and reports asked for by this one.',
  )
}
