import type { CircuitBreakerStatus } from '../telemetry/counters.js'
import type { TokenStatus } from '../token/token-status.js'
import type { Notice } from './wire.js'

/** What can be wrong: plain data, as the parts report it. */
export interface NoticeFacts {
  readonly token: TokenStatus
  /** That of the Work Analytics user; undefined where the proxy does not log in. */
  readonly workToken: TokenStatus | undefined
  /** 8x8's servers. */
  readonly hosts: readonly (CircuitBreakerStatus & { readonly origin: string })[]
  /** The families whose shared budget is used up, or was a moment ago. */
  readonly usedUp: readonly Budget[]
  /** Log lines dropped since the start; 0 unless some were lately. */
  readonly logLinesDropped: number
}

interface Budget {
  readonly title: string
  readonly waiting: number
  readonly pausedForSeconds: number
}

/** What is wrong now, with what to do next, the worst first. Nothing of it is a secret. */
export function noticesOf(facts: NoticeFacts): Notice[] {
  const { token, workToken, hosts, usedUp, logLinesDropped } = facts
  const notices = [
    tokenNotice(token, APP),
    workToken === undefined ? undefined : tokenNotice(workToken, WORK),
    ...hosts.map(unreachable),
    heldBack(token, APP),
    workToken === undefined ? undefined : heldBack(workToken, WORK),
    budgetNotice(usedUp),
    droppedLines(logLinesDropped),
  ].filter((notice) => notice !== undefined)
  return [...notices.filter(({ tone }) => tone === 'bad'), ...notices.filter(({ tone }) => tone === 'warn')]
}

interface Credential {
  readonly name: 'app' | 'work'
  readonly token: string
  readonly refused: string
  readonly compare: string
}

const APP: Credential = {
  name: 'app',
  token: 'token',
  refused: "8x8 refuses the app's key or secret",
  compare: 'Compare `X8_APP_KEY` and `X8_APP_SECRET` with 8x8 Admin Console > API Keys > your app.',
}

const WORK: Credential = {
  name: 'work',
  token: 'Work Analytics token',
  refused: '8x8 refuses the Work Analytics user',
  compare:
    'Compare `X8_WORK_USERNAME` and `X8_WORK_PASSWORD` with the user in 8x8 Admin Console, and `X8_APP_KEY` with API Keys there.',
}

const DOCTOR = 'The doctor finds the step that fails: `8x8-auth-proxy doctor`.'
const TAKEN_UP =
  'Secret files that change are taken up by themselves, a changed `.env` with SIGHUP or by starting the proxy again.'

function tokenNotice(status: TokenStatus, credential: Credential): Notice | undefined {
  const { expiresInSeconds, lastError, lastErrorKind, retryInSeconds } = status
  if (lastError === null) return undefined
  const refused = lastErrorKind === 'refused'
  const { name, token, compare } = credential
  const missing = expiresInSeconds === null
  const what = missing
    ? `Calls that need it get ${refused ? '502 credentials-refused' : '503 token-unavailable'}.`
    : 'The present one serves until it expires.'
  return {
    name: `${name}-${lastErrorKind}`,
    tone: missing ? 'bad' : 'warn',
    title: refused ? credential.refused : missing ? `There is no ${token}` : `The ${token} cannot be renewed`,
    text: [lastError, what, ...(refused ? [compare, TAKEN_UP] : []), DOCTOR].join(' '),
    changing: retryInSeconds ? `Next attempt in ${retryInSeconds} s` : 'Trying again now',
  }
}

function heldBack({ renewalsHeldBackSeconds }: TokenStatus, { name, token }: Credential): Notice | undefined {
  if (renewalsHeldBackSeconds === null) return undefined
  return {
    name: `${name}-held-back`,
    tone: 'warn',
    title: '8x8 rejects new tokens too',
    text:
      `A new ${token} did not help against a 401, so renewals are held back. ` +
      'Often the app lacks the product for that path: compare the rejected request with “What the app may call”.',
    changing: `For another ${renewalsHeldBackSeconds} s, or until 8x8 accepts the token`,
  }
}

function unreachable({ origin, state, failures, retryInSeconds }: NoticeFacts['hosts'][number]) {
  if (state === 'closed') return undefined
  return {
    name: `unreachable ${origin}`,
    tone: 'bad',
    title: '8x8 cannot be reached',
    text: `No connection to ${origin} could be opened, several times in a row: calls fail at once instead of waiting. ${DOCTOR}`,
    changing: retryInSeconds
      ? `Tried again in ${retryInSeconds} s, ${failures} failures so far`
      : 'The next call tries it again',
  } satisfies Notice
}

function budgetNotice(usedUp: readonly Budget[]): Notice | undefined {
  if (usedUp.length === 0) return undefined
  const waiting = usedUp.reduce((sum, budget) => sum + budget.waiting, 0)
  const paused = Math.max(...usedUp.map(({ pausedForSeconds }) => pausedForSeconds))
  const pause = paused > 0 ? `, 8x8 wants none for ${Math.ceil(paused)} s` : ''
  return {
    name: 'budget',
    tone: 'warn',
    title: `The shared budget is used up: ${usedUp.map(({ title }) => title).join(', ')}`,
    text:
      'Calls wait for their turn under the limits that 8x8 documents, and get 429 rate-budget if that would take ' +
      'longer than `X8_RATE_WAIT_MS`. Call less often, or raise that setting.',
    changing: `${waiting} ${waiting === 1 ? 'call waits' : 'calls wait'}${pause}`,
  }
}

function droppedLines(count: number): Notice | undefined {
  if (count === 0) return undefined
  return {
    name: 'log-lines-dropped',
    tone: 'warn',
    title: 'Log lines were dropped',
    text:
      'Standard output did not take them: a full disk, a pipe that nobody reads, or a stopped terminal. ' +
      'Requests are not affected. Make room, or read the log faster.',
    changing: `${count} since the start`,
  }
}
