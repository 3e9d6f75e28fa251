import { type ProblemName, ProxyError } from '../errors.js'

/** A value, or the failure of our own in its place: of an error only name and message cross between processes. */
export type Outcome<Value> = { readonly value: Value } | { readonly failure: Failure }

interface Failure {
  readonly problem: ProblemName
  readonly detail: string
  readonly status: number
  readonly retryAfterSeconds: number | undefined
}

/** Makes a ProxyError something that can be sent. Others are mistakes, and stay errors. */
export async function outcomeOf<Value>(promise: Promise<Value> | Value): Promise<Outcome<Value>> {
  try {
    return { value: await promise }
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error
    const { problem, detail, status, retryAfterSeconds } = error
    return { failure: { problem, detail, status, retryAfterSeconds } }
  }
}

/** @throws {ProxyError} the one that was sent */
export function valueOf<Value>(outcome: Outcome<Value>): Value {
  if ('value' in outcome) return outcome.value
  const { problem, detail, status, retryAfterSeconds } = outcome.failure
  throw new ProxyError(problem, detail, {
    status,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1000 }),
  })
}
