import type { Worker } from 'node:cluster'
import { createBirpc } from 'birpc'

type Functions<F> = { readonly [Name in keyof F]: (...args: never[]) => unknown }
type Arguments<F> = F extends (...args: infer Args) => unknown ? Args : never
type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never

/** The functions of the process at the other end. What is sent arrives in the order of sending. */
export interface Channel<Remote extends Functions<Remote>> {
  /** Rejects if the other end fails, is gone, or takes longer than the time-out. */
  ask<Name extends keyof Remote & string>(
    name: Name,
    ...args: Arguments<Remote[Name]>
  ): Promise<Result<Remote[Name]>>
  /** Tells without waiting for an answer. To one that is gone it says nothing. */
  tell<Name extends keyof Remote & string>(name: Name, ...args: Arguments<Remote[Name]>): void
  close(): void
}

export interface ChannelOptions<Local extends Functions<Local>> {
  /** Both ends have such an object: the primary one for each worker, a worker one of itself. */
  readonly worker: Worker
  readonly functions: Local
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number
}

/** Calls over the pipe that node:cluster keeps between the primary and each worker. */
export function openChannel<Remote extends Functions<Remote>, Local extends Functions<Local>>({
  worker,
  functions,
  timeoutMs,
}: ChannelOptions<Local>): Channel<Remote> {
  const rpc = createBirpc<Remote, Local, false>(functions, {
    proxify: false,
    bind: 'functions',
    timeout: timeoutMs,
    on: (listener) => void worker.on('message', listener),
    off: (listener) => void worker.off('message', listener),
    // Whether it has arrived is told by the answer; that the other end is gone, by `disconnect`.
    post: (data) => void (worker.isConnected() && worker.send(data, undefined, () => undefined)),
  })
  worker.once('disconnect', () => rpc.$close())
  return {
    ask: (method, ...args) => rpc.$callRaw({ method, args }) as Promise<never>,
    tell(method, ...args) {
      rpc.$callRaw({ method, args, event: true }).catch(() => undefined)
    },
    close: () => rpc.$close(),
  }
}
