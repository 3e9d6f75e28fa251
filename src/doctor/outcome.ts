/** The result of one check. */
export interface Outcome<Value = unknown> {
  /** A check that could not or need not be made is skipped: that alone is no reason to fail. */
  readonly status: 'ok' | 'failed' | 'skipped'
  /** What was found; several lines where it is a list. Holds no secret. */
  readonly detail: string
  /** The next thing to do. */
  readonly advice?: string
  /** It was skipped, though it is configured: that it works is not known. */
  readonly isGap?: true
  /** What later checks build on. Without it they are not made. */
  readonly value?: Value
}

/** An outcome under its name, as it is reported. */
export interface Finding<Value = unknown> extends Outcome<Value> {
  /** Short and stable: programs look for it. */
  readonly name: string
  readonly durationMs: number
  /** The check that has to work first, if this one was not made because of it. */
  readonly blockedBy?: string
}

/** Makes the outcome of a check that passed; `advice` is a warning. */
export function passed<Value>(detail: string, value: Value, advice?: string): Outcome<Value> {
  return { status: 'ok', detail, value, ...(advice === undefined ? {} : { advice }) }
}

/** Makes the outcome of a check that failed, with what to do about it. */
export function failed(detail: string, advice: string): Outcome<never> {
  return { status: 'failed', detail, advice }
}

/** Makes the outcome of a check that was not made. */
export function skipped(detail: string, advice?: string): Outcome<never> {
  return { status: 'skipped', detail, ...(advice === undefined ? {} : { advice }) }
}

/** Makes the outcome of a check of something that is configured, but could not be checked. */
export function notChecked(detail: string, advice: string): Outcome<never> {
  return { status: 'skipped', isGap: true, detail, advice }
}
