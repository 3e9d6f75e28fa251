// Date.now() counts whole milliseconds, and is adjusted a little now and then.
const SAME_MS = 50

/**
 * Translates monotonic times into the time of day, in milliseconds since 1970 with fractions: what began later is later,
 * within a millisecond too. Only a real step of the clock, or a sleep of the machine, is followed.
 *
 * @param now a monotonic clock, in milliseconds
 */
export function createTimeOfDay(now: () => number): (time: number) => number {
  let distance = -Infinity
  return (time) => {
    const measured = Date.now() - now()
    if (Math.abs(measured - distance) > SAME_MS) distance = measured
    return distance + time
  }
}
