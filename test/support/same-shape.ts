import type { Schema, Shape } from '../../src/api/shape.js'

/**
 * Returns where JSON is of another shape than an example of it: other types, or fields that the example does not have. Each item
 * of a list is compared with the item of the example that is most like it. Null and empty lists say nothing, nor does the example
 * where its schema has alternatives or fields of any name.
 */
export function shapeDifferences(
  { schema, components }: Pick<Shape<unknown>, 'schema' | 'components'>,
  example: unknown,
  value: unknown,
  where = 'body',
): readonly string[] {
  const inner = (of: unknown, one: unknown, other: unknown, name: string) =>
    shapeDifferences({ schema: of as Schema, components }, one, other, where + name)
  if (typeof schema['$ref'] === 'string')
    return inner(components[schema['$ref'].split('/').at(-1)!], example, value, '')
  if (schema['type'] === undefined || example === null || value === null) return []
  const types = [example, value].map((one) => (Array.isArray(one) ? 'list' : typeof one))
  if (types[0] !== types[1]) return [`${where} is ${types[1]} instead of ${types[0]}`]
  if (Array.isArray(example)) {
    return (value as readonly unknown[]).flatMap((item) => {
      const found = example.map((one: unknown) => inner(schema['items'], one, item, '[]'))
      return found.sort((one, other) => one.length - other.length)[0] ?? []
    })
  }
  const properties = schema['properties'] as Readonly<Record<string, Schema>> | undefined
  if (typeof example !== 'object' || properties === undefined) return []
  const known = new Map(Object.entries(example))
  return Object.entries(value as object).flatMap(([name, one]) =>
    known.has(name)
      ? inner(properties[name], known.get(name), one, `.${name}`)
      : [`${where}.${name} is not in the example`],
  )
}
