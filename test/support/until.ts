import { setTimeout as wait } from 'node:timers/promises'

// The machine may be busy with other tests.
const LONGEST_WAIT_MS = 50_000

/** Resolves when something is so. A wait in vain ends with an error that says what for, or the whole run would hang. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + LONGEST_WAIT_MS
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`in vain: ${isSo.toString()}`)
    await wait(10)
  }
}
