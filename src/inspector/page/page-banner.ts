import type { Notice } from '../wire.js'
import { byId, el, setText } from './page-dom.js'

interface Shown {
  readonly element: HTMLElement
  readonly said: string
  readonly changing: HTMLElement
}

/** What is wrong now, above everything else. It comes and goes with what the proxy says. @returns how to show others */
export function createBanner(): (notices: readonly Notice[]) => void {
  const region = byId('notices')
  let shown = new Map<string, Shown>()
  return (notices) => {
    const next = new Map(notices.map((notice) => [notice.name, keep(shown.get(notice.name), notice)]))
    const elements = [...next.values()].map(({ element }) => element)
    // What stays is not touched: a screen reader would say it again.
    for (const [name, { element }] of shown) if (next.get(name)?.element !== element) element.remove()
    shown = next
    elements.forEach((element, i) => {
      if (region.children[i] !== element) region.insertBefore(element, region.children[i] ?? null)
    })
  }
}

function keep(before: Shown | undefined, { tone, title, text, changing = '' }: Notice): Shown {
  const said = `${tone} ${title} ${text}`
  const shown = before?.said === said ? before : create(said, tone, title, text)
  setText(shown.changing, changing)
  return shown
}

function create(said: string, tone: string, title: string, text: string): Shown {
  // A timer is not read out each time it changes.
  const changing = el('span', { role: 'timer', class: 'changing' })
  const words = text.split('`').map((part, i) => (i % 2 === 1 ? el('code', {}, part) : part))
  const element = el(
    'div',
    { class: `notice ${tone}` },
    el('p', {}, el('strong', {}, title), ' ', changing),
    el('p', {}, ...words),
  )
  return { element, said, changing }
}
