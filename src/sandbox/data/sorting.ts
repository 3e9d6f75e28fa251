import { fieldAt, type FieldOf } from './fiql.js'

/**
 * Sorts by the field that a parameter names, in each of 8x8's spellings: `name:desc`, `name,DESC`, `-name`, `+name`.
 * Without one, or with one that cannot be read, the order stays.
 */
export function sorted<T>(
  items: readonly T[],
  order: string | null,
  fieldOf: FieldOf<T> = fieldAt,
): readonly T[] {
  // An unescaped plus is a space in a query.
  const parts = /^\s*([+-]?)([\w.-]+)(?:[:,]\s*(asc|desc))?\s*$/i.exec(order ?? '')
  if (!parts) return items
  const [, sign, field = '', direction = ''] = parts
  const factor = sign === '-' || direction.toLowerCase() === 'desc' ? -1 : 1
  return [...items].sort((one, other) => factor * compare(fieldOf(one, field), fieldOf(other, field)))
}

function compare(one: unknown, other: unknown): number {
  const difference = Number(one) - Number(other)
  return Number.isNaN(difference) ? textOf(one).localeCompare(textOf(other)) : difference
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
