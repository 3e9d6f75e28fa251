import type { Schema, Shape } from '../../api/shape.js'
import { seededNumber, seededPick } from './seeded.js'

/**
 * Makes a value of a shape that differs from its example as made-up data do, always the same for the same seed: numbers up to
 * twice the example's within the shape's limits, booleans, and one of the values where there are several. Texts stay as they are,
 * since they hang together, and so do times; what has to differ or to agree with other data goes into `own`.
 */
export function varied<T extends object>(shape: Shape<T>, seed: string, own: Partial<T> = {}): T {
  const { example, schema, components } = shape
  return { ...(vary(example, schema, components, seed) as T), ...own }
}

function vary(
  value: unknown,
  schema: Schema,
  components: Shape<unknown>['components'],
  seed: string,
): unknown {
  const { $ref: reference, enum: choices, properties, items, minimum, maximum } = schema
  if (typeof reference === 'string') {
    return vary(value, components[reference.split('/').at(-1)!] ?? {}, components, seed)
  }
  if (Array.isArray(choices)) return seededPick(seed, choices as [unknown])
  if (typeof value === 'boolean') return seededPick(seed, [true, false])
  // Larger ones are times in epoch milliseconds.
  if (typeof value === 'number' && value < 1e9) {
    const least = typeof minimum === 'number' ? minimum : 0
    const most = typeof maximum === 'number' ? maximum : Number.POSITIVE_INFINITY
    if (!Number.isInteger(value)) return seededNumber(seed, 0, Math.round(value * 200)) / 100
    return seededNumber(seed, least, Math.max(least, Math.min(most, value * 2)))
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => vary(item, (items ?? {}) as Schema, components, `${seed} ${index}`))
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => {
    const own = ((properties ?? {}) as Record<string, Schema>)[key] ?? {}
    return [key, vary(inner, own, components, `${seed} ${key}`)] as const
  })
  return Object.fromEntries(entries)
}
