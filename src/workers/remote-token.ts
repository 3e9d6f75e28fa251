import { ProxyError } from '../errors.js'
import type { AccessToken } from '../token/token-source.js'
import type { SharedToken } from '../token/token-cache.js'
import type { Channel } from './channel.js'
import type { Credential, PrimaryFunctions, SentToken, SentTokenState } from './messages.js'
import { valueOf } from './outcome.js'

export interface RemoteTokenOptions {
  readonly credential: Credential
  readonly primary: Channel<PrimaryFunctions>
  /** The machine's monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly state: SentTokenState
}

/** The token that the primary keeps, at hand in a worker. */
export interface RemoteToken extends SharedToken {
  /** Takes up what the primary sends of its own accord. */
  update(state: SentTokenState): void
}

/** While there is a token that may be sent, nothing is asked of the primary; it is told of the first use of each. */
export function createRemoteToken({ credential, primary, now, state }: RemoteTokenOptions): RemoteToken {
  let current: AccessToken | undefined
  let serial = 0
  let { status } = state
  let toldOfUse = false
  let toldThatItHelped = false
  let asking: Promise<AccessToken> | undefined
  const replacing = new Map<string, Promise<AccessToken | undefined>>()

  function adopt({ serial: itsSerial, ...token }: SentToken): AccessToken {
    if (current !== undefined && itsSerial === serial) return current
    const adopted = { ...token, accepted: false }
    // An answer may be overtaken by news.
    if (itsSerial < serial) return adopted
    serial = itsSerial
    toldOfUse = false
    toldThatItHelped = false
    return (current = adopted)
  }

  function update(news: SentTokenState): void {
    status = news.status
    if (news.token !== undefined) adopt(news.token)
  }

  function usable(): AccessToken | undefined {
    return current !== undefined && now() < current.expiresAt ? current : undefined
  }

  function tellOfUse(): void {
    if (toldOfUse) return
    toldOfUse = true
    primary.tell('used', credential)
  }

  async function obtain(): Promise<AccessToken> {
    try {
      return adopt(valueOf(await primary.ask('token', credential)))
    } catch (error) {
      if (error instanceof ProxyError) throw error
      throw new ProxyError(
        'token-unavailable',
        'The process that keeps the token does not answer. Nothing was sent to 8x8; try again later.',
        { retryAfterMs: 1_000, cause: error },
      )
    } finally {
      asking = undefined
    }
  }

  async function replace(refused: AccessToken): Promise<AccessToken | undefined> {
    try {
      const renewed = await primary.ask('replaceToken', credential, refused.value)
      return renewed && adopt(renewed)
    } catch {
      return undefined
    } finally {
      replacing.delete(refused.value)
    }
  }

  update(state)
  return {
    update,

    get() {
      const token = usable()
      if (token === undefined) return (asking ??= obtain())
      tellOfUse()
      return token
    },

    async replace(refused) {
      const token = usable()
      if (token !== undefined && token.value !== refused.value) return token
      const pending = replacing.get(refused.value) ?? replace(refused)
      replacing.set(refused.value, pending)
      return pending
    },

    accepted(token, afterRefusal) {
      if (token.accepted && (!afterRefusal || toldThatItHelped)) return
      token.accepted = true
      toldThatItHelped ||= afterRefusal
      primary.tell('accepted', credential, token.value, afterRefusal)
    },

    refusedAgain: (token) => primary.tell('refusedAgain', credential, token.value),

    ready() {
      if (usable() === undefined) {
        // It lapsed while nobody asked for anything: the probe wakes it.
        primary.tell('used', credential)
        return false
      }
      tellOfUse()
      return true
    },

    status: () => status,
  }
}
