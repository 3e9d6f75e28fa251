import type { FamilyView, RateView, Snapshot, Status, TokenView } from '../wire.js'
import { announce, byId, el, setText, svg } from './page-dom.js'
import { countdown, plural } from './page-format.js'

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
}

/** The row of figures on top, and the table of families behind the last of them. */
export function createOverview(): Overview {
  let expiresAt: number | undefined
  let lifetimeSeconds = 0
  let families: readonly FamilyView[] = []
  let shownProducts: string | undefined
  let shownRates: string | undefined
  let state = ''

  const toggle = byId('families-toggle')
  toggle.addEventListener('click', () => {
    const open = toggle.getAttribute('aria-expanded') !== 'true'
    toggle.setAttribute('aria-expanded', String(open))
    byId('families').hidden = !open
  })

  // It goes on while the connection is down: the proxy's token does, too.
  setInterval(tick, 1000)
  function tick(): void {
    const seconds = expiresAt === undefined ? undefined : (expiresAt - performance.now()) / 1000
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
    if (workToken !== undefined) hints.push(`Work Analytics: ${workToken.state}`)
    const heldBack = token.renewalsHeldBackSeconds
    if (heldBack !== null) hints.push(`8x8 rejects new tokens too: none is replaced for ${heldBack} s`)
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

  function showProducts(products: readonly string[]): void {
    const key = products.join('\n')
    if (key === shownProducts) return
    shownProducts = key
    setText(byId('products'), String(products.length))
    byId('products').title = products.join(', ')
    const granted = new Set(products.map(letters))
    const known = new Set(families.flatMap((family) => family.products.map(letters)))
    const rows = families.map(({ title, name, product, products: names }) => {
      const found = names.filter((one) => granted.has(letters(one)))
      const openedBy = product === undefined ? found.join(', ') : names.at(-1)
      const isGranted = found.length > 0 || (product === undefined ? undefined : false)
      return familyRow(title, name, openedBy || 'the app key', isGranted)
    })
    for (const product of products) {
      // Every path of 8x8's is forwarded, and those of no family in the table get the token.
      if (!known.has(letters(product))) rows.push(familyRow('Other paths', '', product, true))
    }
    byId('families')
      .querySelector('tbody')!
      .replaceChildren(...rows)
  }

  function show(status: Status): void {
    const { token, workToken, ready, traffic } = status
    showToken(token, workToken)
    setText(byId('ready'), ready ? 'Ready' : 'Not ready')
    byId('ready').className = `figure ${ready ? 'ok' : 'bad'}`
    setText(
      byId('ready-hint'),
      ready ? (token.lastError ?? 'Requests are forwarded') : (token.lastError ?? 'No usable token'),
    )
    showTraffic(traffic)
    showProducts(token.products)
    showRates(status.rates ?? [])
  }

  return {
    show,
    begin(snapshot) {
      families = snapshot.families
      shownProducts = undefined
      setText(byId('version'), snapshot.version)
      setText(byId('upstream'), snapshot.upstream)
      show(snapshot.status)
    },
  }
}

/** Spelling differs between 8x8's token responses, guides and Admin Console in case, spaces and dashes. */
function letters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

function gauge({ title, remaining, allowed, waiting }: RateView): HTMLElement {
  const text = `${remaining} of ${allowed}${waiting === 0 ? '' : `, ${plural(waiting, 'call')} waiting`}`
  const meter = el('meter', { min: '0', max: String(allowed), value: String(remaining) }, text)
  return el('label', {}, `${title} `, meter, ` ${text}`)
}

function familyRow(title: string, name: string, openedBy: string, granted: boolean | undefined): HTMLElement {
  const [text, tone] =
    granted === undefined ? ['decided by 8x8', ''] : granted ? ['✓ granted', 'ok'] : ['✗ not granted', 'bad']
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, title, ' ', el('small', { class: 'mono' }, name)),
    el('td', {}, openedBy),
    el('td', { class: tone }, text),
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
