import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'

/** Waits until something is so, and fails if it is not so in 20 seconds. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, 'it took too long')
    await wait(5)
  }
}
