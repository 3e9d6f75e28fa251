/** A place outside of the program where replicas find each other's token. It is not trusted with what it keeps. */
export interface TokenStore {
  /**
   * Begins to look for, or to replace, what stands under a name. Everything until the next `changed()` takes a bounded
   * time together. All functions reject with a TokenStoreError.
   */
  open(name: string): Promise<TokenStoreVisit>
  /** Ends whatever goes on, at once. */
  close(): void
}

export interface TokenStoreVisit {
  read(): Promise<StoredValue | undefined>
  /** Takes the lock of the name, if it is free. It frees itself after so many milliseconds. */
  lock(forMs: number): Promise<Lock>
  /** Frees the lock and wakes who waits for it. Does nothing if it is not ours any more. */
  unlock(): Promise<void>
  /**
   * Puts a value in place, frees the lock and wakes who waits for it, all in one step.
   *
   * @param goneAt on the store's own clock, in milliseconds
   * @returns whether the lock was still ours; if not, nothing has changed
   */
  write(value: string, goneAt: number): Promise<boolean>
  /** Resolves when a lock has been freed since the last call, at the latest after so many milliseconds. */
  changed(withinMs: number): Promise<void>
  close(): void
}

export interface StoredValue {
  readonly value: string
  /** How long the store will keep it yet, in milliseconds. */
  readonly remainingMs: number
}

/** Whether the lock is ours; times in milliseconds. */
export type Lock =
  | { readonly taken: true; readonly takenAt: number }
  /** Another replica has it, for so long at most. */
  | { readonly taken: false; readonly freeInMs: number }

/** Why the store is of no use. The message may be logged: it holds no address, no password and no value. */
export class TokenStoreError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'TokenStoreError'
  }
}
