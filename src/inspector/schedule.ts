/** Calls back once, so many milliseconds from now. @returns how to prevent it */
export type Schedule = (callback: () => void, delayMs: number) => () => void

/** With a timer that keeps no process alive. */
export const schedule: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs).unref()
  return () => clearTimeout(timer)
}
