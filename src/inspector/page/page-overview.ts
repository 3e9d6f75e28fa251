import type { AccessView, RateView, Snapshot, Status, TokenView } from '../wire.js'
import { announce, byId, el, setText, svg } from './page-dom.js'
import { countdown, plural, timeOfDay } from './page-format.js'

const TONES: Readonly<Record<string, string>> = {
  valid: 'ok',
  renewing: 'ok',
  refused: 'bad',
  unavailable: 'bad',
}
const RATE_SECONDS = 10

export interface Overview {
  show(status: Status): void
  begin(snapshot: Snapshot): void
  /** Nothing has been heard since then, in milliseconds since 1970: what is shown is old. */
  lost(since: number): void
}

/** The row of figures on top, and what the app may call behind the last of them. */
export function createOverview(): Overview {
  let expiresAt: number | undefined
  let lifetimeSeconds = 0
  let isLost = false
  let shownAccess: string | undefined
  let shownRates: string | undefined
  let state = ''

  setInterval(tick, 1000)
  function tick(): void {
    const seconds = isLost || expiresAt === undefined ? undefined : (expiresAt - performance.now()) / 1000
    setText(byId('token-time'), seconds === undefined ? '–' : countdown(seconds + 0.5))
    const share = seconds === undefined || lifetimeSeconds <= 0 ? 0 : seconds / lifetimeSeconds
    byId('token-bar').style.width = `${Math.max(0, Math.min(1, share)) * 100}%`
  }

  function showToken(token: TokenView, workToken: TokenView | undefined): void {
    if (token.expiresInSeconds === null) {
      expiresAt = undefined
    } else {
      const at = performance.now() + token.expiresInSeconds * 1000
      // Seconds come rounded down: only a real change moves the countdown.
      if (expiresAt === undefined || Math.abs(at - expiresAt) > 1500) expiresAt = at
      const sinceObtained = token.obtainedAt === null ? 0 : (Date.now() - Date.parse(token.obtainedAt)) / 1000
      lifetimeSeconds = token.expiresInSeconds + Math.max(0, sinceObtained)
    }
    tick()
    const tag = byId('token-state')
    setText(tag, token.state)
    tag.className = `tag ${TONES[token.state] ?? ''}`
    const hints = [plural(token.renewals, 'renewal')]
    if (workToken !== undefined) hints.push(`Work: ${workToken.state}`)
    setText(byId('token-hint'), hints.join(' · '))
    // Each renewal passes through "renewing": that is no news.
    if (token.state === 'renewing' || token.state === state) return
    if (state !== '') announce(`Token ${token.state}`)
    state = token.state
  }

  function showTraffic({ seconds, errors }: Status['traffic']): void {
    // The running second is not over yet.
    const over = seconds.slice(-RATE_SECONDS - 1, -1)
    const rate = over.reduce((sum, count) => sum + count, 0) / RATE_SECONDS
    const total = seconds.reduce((sum, count) => sum + count, 0)
    setText(byId('rate'), rate > 0 && rate < 10 ? rate.toFixed(1) : String(Math.round(rate)))
    setText(byId('rate-hint'), `${total} in the last minute`)
    setText(byId('errors'), String(errors))
    byId('errors').className = `figure ${errors > 0 ? 'bad' : ''}`
    setText(byId('errors-hint'), total === 0 ? '' : `${Math.round((100 * errors) / total)} % of all`)
    byId('sparkline').replaceChildren(sparkline(seconds))
  }

  function showRates(rates: readonly RateView[]): void {
    const key = JSON.stringify(rates)
    if (key === shownRates) return
    shownRates = key
    byId('rates').hidden = rates.length === 0
    byId('rates').replaceChildren(...rates.map(gauge))
  }

  function showAccess(access: readonly AccessView[]): void {
    const key = JSON.stringify(access)
    if (key === shownAccess) return
    shownAccess = key
    byId('families')
      .querySelector('table')!
      .replaceChildren(...groupsOf(access))
  }

  function show(status: Status): void {
    const { token, workToken, ready, traffic } = status
    isLost = false
    showToken(token, workToken)
    setText(byId('ready'), ready ? 'Ready' : 'Not ready')
    byId('ready').className = `figure ${ready ? 'ok' : 'bad'}`
    // The reason is in the banner.
    const where = token.lastError === null ? '' : ', see above'
    setText(byId('ready-hint'), `${ready ? 'Requests are forwarded' : 'No usable token'}${where}`)
    showTraffic(traffic)
    setText(byId('products'), String(token.products.length))
    byId('products').title = token.products.join(', ')
    showAccess(status.access)
    showRates(status.rates ?? [])
  }

  return {
    show,
    begin(snapshot) {
      setText(byId('version'), snapshot.version)
      setText(byId('upstream'), snapshot.upstream)
      show(snapshot.status)
    },
    lost(since) {
      isLost = true
      tick()
      const at = timeOfDay(since)
      setText(byId('token-state'), 'not known')
      byId('token-state').className = 'tag'
      setText(byId('ready'), 'Not known')
      byId('ready').className = 'figure'
      setText(byId('ready-hint'), `Nothing heard since ${at}`)
    },
  }
}

function gauge({ title, remaining, allowed, waiting }: RateView): HTMLElement {
  const text = `${remaining} of ${allowed}${waiting === 0 ? '' : `, ${plural(waiting, 'call')} waiting`}`
  const meter = el('meter', { min: '0', max: String(allowed), value: String(remaining) }, text)
  return el('label', {}, `${title} `, meter, ` ${text}`)
}

const GROUPS = {
  yes: 'The app may call',
  no: 'The app may not call, because it lacks the product',
  decided: "8x8 decides at each call: these take the app's key, and no list says beforehand what it opens",
  unknown: 'Not known while there is no token',
} as const

function groupsOf(access: readonly AccessView[]): HTMLElement[] {
  return Object.entries(GROUPS).flatMap(([granted, title]) => {
    const lines = access.filter((line) => line.granted === granted)
    if (lines.length === 0) return []
    const heading = el('th', { scope: 'rowgroup', colspan: '2' }, title)
    return [el('tbody', { class: granted }, el('tr', {}, heading), ...lines.map(accessRow))]
  })
}

function accessRow({ title, name, openedBy, next }: AccessView): HTMLElement {
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, title, ' ', el('small', { class: 'mono' }, name)),
    el('td', {}, next ?? openedBy),
  )
}

function sparkline(seconds: readonly number[]): SVGElement {
  const highest = Math.max(1, ...seconds)
  const picture = svg('svg', { viewBox: `0 0 ${seconds.length * 2} 20`, preserveAspectRatio: 'none' })
  seconds.forEach((count, i) => {
    const height = count === 0 ? 0.5 : Math.max(1.5, (count / highest) * 20)
    picture.append(
      svg('rect', { x: String(i * 2), y: String(20 - height), width: '1.4', height: String(height) }),
    )
  })
  return picture
}
