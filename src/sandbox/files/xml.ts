import { isObject } from '../gateway/parameters.js'

/** Writes a JSON-like value as XML, each list entry as an `item` element, nothing for null. */
export function xml(root: string, value: unknown): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value)}`
}

function element(name: string, value: unknown): string {
  if (value === null || value === undefined) return `<${name}/>`
  return `<${name}>${content(value)}</${name}>`
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((entry: unknown) => element('item', entry)).join('')
  if (isObject(value)) {
    return Object.entries(value)
      .map(([name, entry]) => element(name, entry))
      .join('')
  }
  return escapeXml(typeof value === 'string' ? value : JSON.stringify(value))
}

/** Escapes text for XML content and attributes. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
