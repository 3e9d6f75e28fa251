import { randomUUID } from 'node:crypto'
import { createRedisTokenStore } from '../token/store/redis-token-store.js'
import { type TokenStore, TokenStoreError } from '../token/store/token-store.js'
import { failed, type Outcome, passed } from './outcome.js'

export interface TokenStoreCheckOptions {
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly timeoutMs: number
}

// What is written expires after this, even if it is not deleted.
const LIFE_MS = 2_000

/**
 * Checks that replicas can share a token in the store: locks, writes and reads once, under a name that no replica uses.
 * @throws whatever is not a `TokenStoreError`: a bug.
 */
export async function checkTokenStore(
  url: URL,
  { now, timeoutMs }: TokenStoreCheckOptions,
): Promise<Outcome<true>> {
  const store = createRedisTokenStore({ url, timeoutMs })
  const startedMs = now()
  try {
    await useOnce(store)
    return passed(
      `${url.host} locked, stored and returned a value in ${Math.round(now() - startedMs)} ms`,
      true,
    )
  } catch (error) {
    if (!(error instanceof TokenStoreError)) throw error
    return failed(`${url.host} cannot be used: ${error.message}`, adviceFor(error.message, url))
  } finally {
    store.close()
  }
}

async function useOnce(store: TokenStore): Promise<void> {
  const visit = await store.open(`doctor-${randomUUID()}`)
  const lock = await visit.lock(LIFE_MS)
  if (!lock.taken || !(await visit.write('doctor', lock.takenAt + LIFE_MS))) {
    throw new TokenStoreError('the lock was lost')
  }
  const stored = await visit.read()
  if (stored?.value !== 'doctor') throw new TokenStoreError('the value read is not the one written')
}

/** All that a replica does at the store; docs/operating.md has it as a whole command. */
const RIGHTS =
  '~8x8-auth-proxy:* &8x8-auth-proxy:* +hello +subscribe +eval +get +pttl +set +time +del +publish'

function adviceFor(reason: string, { protocol }: URL): string {
  const meanwhile = 'Until then each replica gets a token of its own.'
  if (/^(?:WRONGPASS|NOAUTH)/.test(reason)) {
    return `Check user and password in X8_TOKEN_STORE_URL; special characters are percent-encoded there. ${meanwhile}`
  }
  if (reason.startsWith('NOPERM')) {
    return `Give the user these rights: ${RIGHTS}. ${meanwhile}`
  }
  if (/^(?:READONLY|MASTERDOWN|OOM|MISCONF)/.test(reason)) {
    return `The store takes no new values: point X8_TOKEN_STORE_URL at a primary that has room. ${meanwhile}`
  }
  if (/CERT|SIGNATURE|ISSUER|ALTNAME|SSL|TLS/.test(reason)) {
    return protocol === 'rediss:'
      ? `Name a private certificate authority in NODE_EXTRA_CA_CERTS; if the port speaks no TLS, the URL begins with redis://. ${meanwhile}`
      : `The port may speak TLS: then the URL begins with rediss://. ${meanwhile}`
  }
  return `Check host and port in X8_TOKEN_STORE_URL, that the store runs, and that rediss:// stands for TLS and redis:// for none. ${meanwhile}`
}
