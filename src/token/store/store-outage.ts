import type { BaseLogger } from 'pino'

/** Whether the token store is of use. However often it fails, the log says it once. */
export interface StoreOutage {
  began(reason: string): void
  ended(): void
  readonly status: () => TokenStoreStatus
}

export interface TokenStoreStatus {
  readonly working: boolean
  readonly lastError: string | null
}

export function createStoreOutage(log: BaseLogger): StoreOutage {
  let reason: string | undefined
  return {
    began(newReason) {
      if (reason === undefined) {
        log.warn(
          { reason: newReason },
          'the token store is of no use: this proxy gets its own token meanwhile',
        )
      }
      reason = newReason
    },
    ended() {
      if (reason !== undefined) log.info('the token store is of use again')
      reason = undefined
    },
    status: () => ({ working: reason === undefined, lastError: reason ?? null }),
  }
}
