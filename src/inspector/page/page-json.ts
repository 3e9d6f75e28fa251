import { el } from './page-dom.js'

// A name or a string, which may be truncated; a number; a literal; a bracket or a comma.
const TOKEN = /("(?:[^"\\]|\\.)*(?:"|$))(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b|[{}[\],]/gs
// Deeper ones would be too much for browsers.
const DEEPEST = 60
const OPEN_LEVELS = 3
const MOST_OPEN_ITEMS = 20

/**
 * JSON in colours and, if it is whole, laid out and foldable. Every value stays as it was written: parsing would change
 * long numbers, and ids may be that.
 *
 * @returns undefined if it does not look like JSON
 */
export function jsonView(text: string): HTMLElement | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  return (isJson(text) ? tree(text) : undefined) ?? coloured(text)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The text as it came. */
function coloured(text: string): HTMLElement {
  const view = el('pre', { class: 'json' })
  let end = 0
  for (const { 0: token, 1: string, 2: colon, index } of text.matchAll(TOKEN)) {
    view.append(text.slice(end, index), value(token, string, colon))
    end = index + token.length
  }
  view.append(text.slice(end))
  return view
}

interface Level {
  readonly place: HTMLElement
  readonly fold?: HTMLDetailsElement
  items: number
}

/** A line for each value, and something to fold for each object and list. Undefined if it is too deep. */
function tree(text: string): HTMLElement | undefined {
  const view = el('div', { class: 'json' })
  const levels: Level[] = [{ place: view, items: 0 }]
  const tokens = Array.from(text.matchAll(TOKEN))
  let line: HTMLElement | undefined
  for (const [i, { 0: token, 1: string, 2: colon }] of tokens.entries()) {
    const level = levels.at(-1)!
    if (token === ',') {
      line!.append(token)
      line = undefined
    } else if (token === '}' || token === ']') {
      if (isOpening(tokens[i - 1]![0])) {
        line!.append(token)
        continue
      }
      levels.pop()
      const isList = token === ']'
      line = el('div', {}, token)
      level.place.after(line)
      const { items, fold } = level
      fold!.firstElementChild!.setAttribute(
        'data-size',
        `${items} ${isList ? 'items' : 'properties'} ${token}`,
      )
      fold!.open =
        levels.length === 1 || (levels.length <= OPEN_LEVELS && !(isList && items > MOST_OPEN_ITEMS))
    } else {
      if (line === undefined || i === 0 || isOpening(tokens[i - 1]![0])) {
        level.items += 1
        line = el('div')
        level.place.append(line)
      }
      const next = tokens[i + 1]?.[0]
      const closes = next === '}' || next === ']'
      if (isOpening(token) && !closes) {
        if (levels.length > DEEPEST) return undefined
        const place = el('div', { class: 'inner' })
        const fold = el('details', {}, el('summary', {}, ...line.childNodes, token), place)
        line.replaceWith(fold)
        levels.push({ place, fold, items: 0 })
      } else {
        line.append(isOpening(token) ? token : value(token, string, colon), colon === undefined ? '' : ' ')
      }
    }
  }
  return view
}

function isOpening(token: string): boolean {
  return token === '{' || token === '['
}

function value(token: string, string: string | undefined, colon: string | undefined): Node {
  if (string === undefined && /[{}[\],]/.test(token)) return new Text(token)
  if (colon !== undefined) return joined(el('span', { class: 'name' }, string), colon.trim())
  const kind = string === undefined ? (/[a-z]$/.test(token) ? 'literal' : 'number') : 'string'
  return el('span', { class: kind }, token)
}

function joined(...nodes: (Node | string)[]): Node {
  const fragment = new DocumentFragment()
  fragment.append(...nodes)
  return fragment
}
