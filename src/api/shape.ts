/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>

/**
 * What a JSON value looks like: its schema, and an example of it. Written as the example itself wherever that is enough, so
 * that no field is written twice:
 * ```ts
 * const person = named('Person', { id: 'u-1', age: 41, state: oneOf('ACTIVE', 'GONE'), tags: ['a'], nick: nullable('Al') })
 * type Person = ValueOf<typeof person>
 * const another: Person = { ...person.example, id: 'u-2' }
 * ```
 */
export class Shape<T> {
  constructor(
    readonly schema: Schema,
    readonly example: T,
    /** The named shapes within, by name: what OpenAPI has in `components.schemas`. */
    readonly components: Readonly<Record<string, Schema>> = {},
  ) {}
}

/** A property that may be missing. */
class Optional<T> {
  constructor(readonly inner: Shape<T>) {}
}

/**
 * What stands for a shape: the shape, or an example that says it. A string, whole number, boolean or null is of that type, an
 * array is a list of what its first item is, and an object requires all of its properties but those that are `maybe`.
 */
export type Spec =
  | Shape<unknown>
  | string
  | number
  | boolean
  | null
  | readonly [Spec]
  | { readonly [name: string]: Spec | Optional<unknown> }

/** The type of the values that a shape, or what stands for one, allows. */
export type ValueOf<S> =
  S extends Shape<infer T>
    ? T
    : S extends string
      ? string
      : S extends number
        ? number
        : S extends boolean
          ? boolean
          : S extends null
            ? null
            : S extends readonly [infer Item]
              ? readonly ValueOf<Item>[]
              : Properties<S>

type Properties<S> = {
  readonly [K in keyof S as S[K] extends Optional<unknown> ? never : K]: ValueOf<S[K]>
} & {
  readonly [K in keyof S as S[K] extends Optional<unknown> ? K : never]?: S[K] extends Optional<infer T>
    ? T
    : never
}

/** Makes a shape of what stands for one. */
export function shape<const S extends Spec>(spec: S): Shape<ValueOf<S>> {
  return read(spec) as Shape<ValueOf<S>>
}

function read(spec: Spec): Shape<unknown> {
  if (spec instanceof Shape) return spec
  if (spec === null) return new Shape({ type: 'null' }, null)
  if (typeof spec === 'number')
    return new Shape({ type: Number.isInteger(spec) ? 'integer' : 'number' }, spec)
  if (typeof spec !== 'object') return new Shape({ type: typeof spec }, spec)
  if (Array.isArray(spec)) {
    const item = read((spec as readonly [Spec])[0])
    return new Shape({ type: 'array', items: item.schema }, [item.example], item.components)
  }
  return readObject(spec as Group)
}

function readObject(spec: Group): Shape<unknown> {
  const fields = Object.entries(spec).map(([name, field]) => {
    const isOptional = field instanceof Optional
    return { name, isOptional, shape: isOptional ? field.inner : read(field) }
  })
  const required = fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name)
  return new Shape(
    {
      type: 'object',
      properties: Object.fromEntries(fields.map((field) => [field.name, field.shape.schema])),
      ...(required.length === 0 ? {} : { required }),
    },
    Object.fromEntries(fields.map((field) => [field.name, field.shape.example])),
    componentsOf(fields.map((field) => field.shape)),
  )
}

function componentsOf(shapes: readonly Shape<unknown>[]): Readonly<Record<string, Schema>> {
  return Object.assign({}, ...shapes.map(({ components }) => components)) as Record<string, Schema>
}

/** The type of an object whose properties are written in groups. */
type Grouped<G> = G extends readonly [infer First, ...infer Rest] ? ValueOf<First> & Grouped<Rest> : unknown

type Group = { readonly [name: string]: Spec | Optional<unknown> }

/** Makes the shape of an object whose properties are written in groups, so that short ones share a line. */
export function record<const G extends readonly Group[]>(...groups: G): Shape<Grouped<G>> {
  return readObject(Object.assign({}, ...groups) as Group) as Shape<Grouped<G>>
}

/**
 * Gives a shape a name, under which OpenAPI has it once, however often it is used.
 * @param groups an object's properties may be in groups, as `record` has them.
 */
export function named<const S extends Spec>(name: string, spec: S): Shape<ValueOf<S>>
export function named<const G extends readonly Group[]>(name: string, ...groups: G): Shape<Grouped<G>>
export function named(name: string, ...specs: readonly [Spec]): Shape<unknown> {
  const { schema, example, components } =
    specs.length === 1 ? read(specs[0]) : record(...(specs as unknown as Group[]))
  return new Shape({ $ref: `#/components/schemas/${name}` }, example, { ...components, [name]: schema })
}

/** Gives a shape another example, in parts: for a body that has to say less than a response does. */
export function withExample<T>({ schema, components }: Shape<T>, ...parts: readonly Partial<T>[]): Shape<T> {
  return new Shape(schema, Object.assign({}, ...parts) as T, components)
}

type Sparse<G> = G extends readonly [infer First, ...infer Rest]
  ? { readonly [K in keyof First]: Optional<ValueOf<First[K]> | null> } & Sparse<Rest>
  : unknown

/** Makes a group of properties, each of which may be missing or null; the example has them all. */
export function sparse<const G extends readonly { readonly [name: string]: Spec }[]>(
  ...groups: G
): Sparse<G> {
  const fields = groups.flatMap((group) => Object.entries(group))
  return Object.fromEntries(fields.map(([name, field]) => [name, maybe(nullable(field))])) as never
}

/** Marks a property that may be missing; the example has it. */
export function maybe<const S extends Spec>(spec: S): Optional<ValueOf<S>> {
  return new Optional(shape(spec))
}

/** Allows null beside the shape. */
export function nullable<const S extends Spec>(spec: S): Shape<ValueOf<S> | null> {
  const { schema, example, components } = shape(spec)
  const { type, enum: values } = schema
  const wider =
    typeof type === 'string' && values === undefined
      ? { ...schema, type: [type, 'null'] }
      : { anyOf: [schema, { type: 'null' }] }
  return new Shape<ValueOf<S> | null>(wider, example, components)
}

/** Allows any of these values; the first is the example. */
export function oneOf<const T extends string | number>(...values: readonly [T, ...T[]]): Shape<T> {
  return new Shape<T>({ type: typeof values[0] === 'string' ? 'string' : 'integer', enum: values }, values[0])
}

/** A whole number within limits. */
export function whole(example: number, minimum?: number, maximum?: number): Shape<number> {
  return new Shape({ type: 'integer', ...limits(minimum, maximum) }, example)
}

/** A number that may have decimals, even where the example has none. */
export function decimal(example: number, minimum?: number, maximum?: number): Shape<number> {
  return new Shape({ type: 'number', ...limits(minimum, maximum) }, example)
}

function limits(minimum?: number, maximum?: number): Schema {
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) }
}

/** A text of a form: further keywords of JSON Schema, such as `pattern`, `maxLength` and `format`. */
export function text(example: string, keywords: Schema = {}): Shape<string> {
  return new Shape({ type: 'string', ...keywords }, example)
}

/** A time that begins with `YYYY-MM-DD`: the rest of the form differs from family to family. */
export function dateTime(example: string): Shape<string> {
  return text(example, { pattern: String.raw`^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$` })
}

/** A list within limits, or one whose example has other items than the shape's own. */
export function list<const S extends Spec>(
  spec: S,
  { example, ...keywords }: Schema & { readonly example?: readonly ValueOf<S>[] } = {},
): Shape<readonly ValueOf<S>[]> {
  const item = shape(spec)
  const schema = { type: 'array', items: item.schema, ...keywords }
  return new Shape<readonly ValueOf<S>[]>(schema, example ?? [item.example], item.components)
}

/** An object whose keys are data: each value is of the shape. */
export function mapOf<const S extends Spec>(
  key: string,
  spec: S,
): Shape<Readonly<Record<string, ValueOf<S>>>> {
  const value = shape(spec)
  const schema = { type: 'object', additionalProperties: value.schema }
  return new Shape<Readonly<Record<string, ValueOf<S>>>>(schema, { [key]: value.example }, value.components)
}

/** Allows what any of the shapes allows; the example is the first one's. */
export function either<const S extends readonly [Spec, ...Spec[]]>(...specs: S): Shape<ValueOf<S[number]>> {
  const shapes = specs.map(read)
  const schema = { anyOf: shapes.map((one) => one.schema) }
  return new Shape(schema, shapes[0]!.example, componentsOf(shapes)) as Shape<ValueOf<S[number]>>
}

/** Allows any value: for what 8x8 leaves open. */
export function anything(example: unknown): Shape<unknown> {
  return new Shape({}, example)
}
