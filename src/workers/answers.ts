import type { OwnShared } from '../shared.js'
import type { AccessToken } from '../token/token-source.js'
import type { TokenCache } from '../token/token-cache.js'
import type { Member } from './crew.js'
import type { Credential, PrimaryFunctions, Report, SentToken, Start } from './messages.js'
import { outcomeOf } from './outcome.js'

export interface AnswersOptions {
  readonly shared: OwnShared
  readonly member: Member
  /** Makes a token ready to be sent. */
  readonly send: (token: AccessToken) => SentToken
  readonly start: () => Omit<Start, 'listen'>
  readonly report: (report: Report) => void
  /** A page was opened or closed, or the capture was switched. */
  readonly pagesChanged: () => void
}

/** What the primary answers to one worker. */
export interface Answers {
  readonly functions: Omit<PrimaryFunctions, 'listening' | 'cannotListen'>
  /** The worker is gone, and its pages with it. */
  close(): void
}

export function createAnswers(options: AnswersOptions): Answers {
  const { shared, member, send, start, report, pagesChanged } = options
  const { tokens, recorder, inspection } = shared
  const leaves = new Map<number, () => void>()

  const cacheOf = (credential: Credential): TokenCache => (credential === 'app' ? tokens.app : tokens.work!)

  /** The token that a worker means: the one in the cache, which remembers what was said of it, or one of the past. */
  function meant(credential: Credential, value: string): AccessToken {
    const current = cacheOf(credential).peek()
    if (current?.value === value) return current
    return { value, obtainedAt: 0, expiresAt: 0, products: [], accepted: false }
  }

  async function obtain(credential: Credential): Promise<SentToken> {
    return send(await cacheOf(credential).get())
  }

  function closePage(page: number): void {
    leaves.get(page)?.()
    leaves.delete(page)
    pagesChanged()
  }

  return {
    functions: {
      join: () => ({ ...start(), listen: member.where }),

      token: (credential) => outcomeOf(obtain(credential)),
      async replaceToken(credential, value) {
        const token = await cacheOf(credential).replace(meant(credential, value))
        return token && send(token)
      },
      used: (credential) => void cacheOf(credential).ready(),
      accepted: (credential, value, afterRefusal) =>
        cacheOf(credential).accepted(meant(credential, value), afterRefusal),
      refusedAgain: (credential, value) => cacheOf(credential).refusedAgain(meant(credential, value)),

      report(news) {
        recorder.count(news.left.requests, news.left.failed)
        for (const taken of news.taken) recorder.keep(taken)
        report(news)
      },
      status: shared.status,
      metrics: shared.metrics,
      openPage: (page) =>
        outcomeOf(
          inspection
            .open({
              send: (text) => member.channel.tell('pageText', page, text),
              end: () => member.channel.tell('pageEnd', page),
            })
            .then((leave) => {
              leaves.set(page, leave)
              pagesChanged()
              return undefined
            }),
        ),
      closePage,
      findRequest: (n) => inspection.find(n),
      async setCapture(on) {
        const capturing = await inspection.setCapture(on)
        pagesChanged()
        return capturing
      },
    },

    close() {
      for (const page of leaves.keys()) closePage(page)
    },
  }
}
