import type { Fault } from './fault-spec.js'

/** The fault in force for requests that name none themselves. */
export interface FaultSwitch {
  set(fault: Fault | undefined): void
  /** The fault for a request to this path, counting it against `times`. */
  take(path: string): Fault | undefined
  /** The fault in force, with the remaining `times`. */
  current(): Fault | undefined
}

/** Creates a switch with no fault in force. */
export function createFaultSwitch(): FaultSwitch {
  let current: Fault | undefined
  return {
    set: (fault) => (current = fault && { ...fault }),
    current: () => current,
    take(path) {
      const fault = current
      if (!fault || (fault.path !== undefined && !path.startsWith(fault.path))) return undefined
      if (fault.times !== undefined) {
        current = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined
      }
      return fault
    },
  }
}
