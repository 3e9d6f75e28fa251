import type { Body, Call, FamilyCalls, HeaderField, Part, QueryParameter, ResponseSpec } from './call.js'
import { Shape, shape, type Spec, type ValueOf } from './shape.js'

export const JSON_TYPE = 'application/json'

/** 8x8's pages about storage and quality management ask for this header on requests without a body too. */
export const DECLARES_JSON: HeaderField = {
  name: 'Content-Type',
  example: JSON_TYPE,
  description: "8x8's documentation asks for it, even without a body.",
}

type Method = Call['method']

/** A query parameter or header of a described call. `T` is what a handler is given, undefined included if it may be missing. */
export interface Parameter<T = unknown> {
  readonly shape: Shape<T>
  readonly description: string
  readonly required: boolean
  readonly enabled: boolean
  readonly joined: boolean
}

/** A described response. `T` is the type of its JSON; undefined for one without a body, bytes for another media type. */
export interface Described<T> extends ResponseSpec {
  readonly value?: T
}

/** What a row says in other words than a call. */
type Reworded = 'id' | 'method' | 'path' | 'query' | 'headers' | 'body' | 'choices' | 'response'

/** One documented call, as a row of its family. Its key is the call's id. */
export interface CallRow extends Omit<Call, Reworded> {
  /** Method and path, below the family's base: `GET /objects/{objectId}`. */
  readonly path: `${Method} ${'' | `/${string}`}`
  readonly query?: Readonly<Record<string, Parameter>>
  readonly headers?: Readonly<Record<string, Parameter>>
  readonly body?: Spec
  /** The media type of the body, JSON by default. */
  readonly bodyType?: string
  /** Whether a request may come without the body. */
  readonly bodyOptional?: boolean
  /** The parts of a body that is a form (multipart/form-data). */
  readonly parts?: readonly Part[]
  readonly response: Described<unknown>
}

/** A family's calls by id, with what the types of the sandbox's handlers need. */
export interface DescribedFamily<Rows> extends FamilyCalls {
  readonly rows: Rows
  /** Where the calls are, with placeholders. */
  readonly base: string
}

/** What a handler of a call is given from the query and the headers, by name. */
export type Given<Row> = Values<Row, 'query'> & Values<Row, 'headers'>

type Values<Row, Key extends string> = Row extends { readonly [K in Key]: infer P }
  ? { readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never }
  : unknown

/** The JSON that a call takes. */
export type BodyOf<Row> = Row extends { readonly body: infer B }
  ? ValueOf<B> | (Row extends { readonly bodyOptional: true } ? undefined : never)
  : undefined

/** The JSON that a call responds with. */
export type ResponseOf<Row> = Row extends { readonly response: Described<infer T> } ? T : never

/** A paging kind has to name parameters that the row has. */
type Checked<Rows> = {
  readonly [Id in keyof Rows]: Rows[Id] extends { readonly paging: infer P }
    ? Exclude<NamedBy<P>, keyof Given<Rows[Id]> | keyof BodyOf<Rows[Id]>> extends never
      ? unknown
      : { readonly paging: { readonly parameter: keyof Given<Rows[Id]> } }
    : unknown
}

type NamedBy<P> =
  (P extends { readonly parameter: infer N } ? N : never) | (P extends { readonly size: infer N } ? N : never)

interface FamilyRow<Rows> extends Omit<FamilyCalls, 'calls'> {
  readonly base: string
  readonly choices?: Call['choices']
  /** Failures that each of its calls may have. */
  readonly errors?: readonly ResponseSpec[]
  /** Headers that each of its calls takes. */
  readonly headers?: readonly HeaderField[]
  readonly calls: Rows
}

/** Describes a family: everything about its calls, for the catalogue, OpenAPI, Postman and the sandbox. */
export function describeFamily<const Rows extends Readonly<Record<string, CallRow>>>(
  row: FamilyRow<Rows> & { readonly calls: Checked<Rows> },
): DescribedFamily<Rows> {
  const { base, choices, errors = [], headers = [], calls: rows, ...family } = row
  const calls = Object.entries<CallRow>(rows).map(([id, call]): Call => {
    const {
      path,
      query,
      headers: own = {},
      body,
      parts,
      errors: more = [],
      bodyType,
      bodyOptional,
      ...rest
    } = call
    const [method, below] = path.split(' ') as [Method, string]
    return {
      ...rest,
      id,
      method,
      path: base + below,
      ...(choices === undefined ? {} : { choices }),
      ...(query === undefined ? {} : { query: Object.entries(query).map(queryParameter) }),
      // The media type of a body is its own.
      headers: [
        ...Object.entries(own).map(headerField),
        ...headers.filter(({ name }) => body === undefined || name !== 'Content-Type'),
      ],
      ...(body === undefined ? {} : { body: bodyOf(body, bodyType, bodyOptional) }),
      ...(parts === undefined ? {} : { body: { type: 'multipart/form-data', parts } }),
      errors: [...more, ...errors],
    }
  })
  return { ...family, base, rows, calls }
}

function bodyOf(spec: Spec, type = JSON_TYPE, optional = false): Body {
  const described = shape(spec)
  return { type, example: described.example, shape: described, ...(optional ? { optional } : {}) }
}

function queryParameter([name, parameter]: readonly [string, Parameter]): QueryParameter {
  const { shape: described, joined, ...rest } = parameter
  const example = described.example as QueryParameter['example']
  return { ...rest, name, example, schema: described.schema, ...(joined ? { joined } : {}) }
}

function headerField([name, { shape: described, description, required }]: readonly [string, Parameter]) {
  return { name, example: String(described.example), description, schema: described.schema, required }
}

/** Makes a parameter that 8x8 requires. */
export function need<const S extends Spec>(spec: S, description: string): Parameter<ValueOf<S>> {
  return { shape: shape(spec), description, required: true, enabled: true, joined: false }
}

/**
 * Makes an optional parameter that Postman sends by default.
 * @param missing what 8x8 takes if it is not sent.
 */
export function offer<const S extends Spec>(spec: S, description: string): Parameter<ValueOf<S> | undefined>
export function offer<const S extends Spec, const M>(
  spec: S,
  description: string,
  missing: M,
): Parameter<ValueOf<S> | M>
export function offer(spec: Spec, description: string, missing?: unknown): Parameter {
  return { ...allow(spec, description, missing), enabled: true }
}

/** Makes an optional parameter that Postman sends only when it is ticked. */
export function allow<const S extends Spec>(spec: S, description: string): Parameter<ValueOf<S> | undefined>
export function allow<const S extends Spec, const M>(
  spec: S,
  description: string,
  missing: M,
): Parameter<ValueOf<S> | M>
export function allow(spec: Spec, description: string, missing?: unknown): Parameter {
  const { schema, example, components } = shape(spec)
  const wider = missing === undefined ? schema : { ...schema, default: missing }
  return {
    shape: new Shape(wider, example, components),
    description,
    required: false,
    enabled: false,
    joined: false,
  }
}

/** Makes of a list parameter one that is joined with commas; otherwise its key is repeated. */
export function commas<T>(parameter: Parameter<T>): Parameter<T> {
  return { ...parameter, joined: true }
}

/** Describes a JSON response. */
export function returns<const S extends Spec>(
  spec: S,
  status = 200,
  type = JSON_TYPE,
): Described<ValueOf<S>> {
  return { status, type, shape: shape(spec) }
}

/** Names other media types of a response, for which the caller's `Accept` may ask. */
export function alsoAs<T>(response: Described<T>, ...also: readonly string[]): Described<T> {
  return { ...response, also }
}

/** Describes a response without a body. */
export function returnsNothing(status = 204): Described<undefined> {
  return { status }
}

/** Describes a response in another media type than JSON. */
export function returnsBytes(type: string): Described<Uint8Array> {
  return { status: 200, type }
}

/** The paging of lists that go on with `meta.scrollId` and have their items in `data`. */
export const SCROLLED = {
  kind: 'scrollId',
  parameter: 'scrollId',
  items: ['data'],
  next: ['meta', 'scrollId'],
} as const
