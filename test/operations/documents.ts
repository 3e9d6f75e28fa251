import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

type Json = Readonly<Record<string, unknown>>

/** One operation at api.8x8.com as a document of 8x8's has it. */
export interface Operation {
  readonly file: string
  readonly method: string
  /** With `x` for each placeholder. */
  readonly path: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
  }[]
  /** The document itself, for what the schema refers to. */
  readonly document: Json
  readonly success: {
    readonly type?: string
    readonly schema?: Json
    /** JSON examples; those that cannot be read are left out. */
    readonly examples: readonly unknown[]
  }
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
/** OpenAPI ignores them as parameters, or they are credentials. */
const NO_PARAMETERS = ['accept', 'content-type', 'authorization', 'x-api-key', '8x8-apikey']

/** Reads all operations at api.8x8.com from the OpenAPI files in a folder and those below it. */
export function operationsIn(folder: string): readonly Operation[] {
  const found = new Map<string, Operation>()
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  for (const file of files.filter((name) => /\.(?:json|ya?ml)$/.test(name))) {
    const source = readFileSync(join(folder, file), 'utf8')
    const document = (file.endsWith('.json') ? JSON.parse(source) : parse(indented(source))) as Json
    const bases = basesOf(document)
    for (const [path, item] of Object.entries((document['paths'] ?? {}) as Record<string, Json>)) {
      for (const method of METHODS.filter((name) => name in item)) {
        for (const base of bases.slice(0, 1)) {
          const whole = (base + path).replace(/\{[^}]+\}/g, 'x').replace(/(?<=.)\/\/+/g, '/')
          // The newest file of an operation comes last by its name.
          found.set(`${method} ${whole}`, operationOf(file, document, method, whole, item))
        }
      }
    }
  }
  return [...found.values()]
}

/** Indents texts of several lines: one file begins their lines where its key begins, which YAML does not allow. */
function indented(source: string): string {
  return source.replace(/: "(?:[^"\\]|\\.)*"/g, (text) => text.replaceAll('\n', '\n    '))
}

function basesOf({ servers = [] }: Json): readonly string[] {
  const all = (servers as readonly { url: string; variables?: Record<string, { default: string }> }[])
    .map(({ url, variables = {} }) =>
      url.replace(/\{([^}]+)\}/g, (_, name: string) => variables[name]?.default ?? 'US1'),
    )
    .filter((url) => /^(?:https:)?\/\/api\.8x8\.com(?:\/|$)/.test(url))
    .map((url) => url.replace(/^(?:https:)?\/\/api\.8x8\.com/, '').replace(/\/$/, ''))
  // The address of the United States has no region.
  return all.sort(
    (one, other) => Number(/^\/(?:eu|au|ca)\//.test(one)) - Number(/^\/(?:eu|au|ca)\//.test(other)),
  )
}

function operationOf(file: string, document: Json, method: string, path: string, item: Json): Operation {
  const operation = item[method] as Json
  const parameters = [item, operation]
    .flatMap((part) => (part['parameters'] ?? []) as Json[])
    .map((one) => resolve(document, one) as unknown as Operation['parameters'][number])
    .filter((one) => !NO_PARAMETERS.includes(one.name.toLowerCase()))
  const responses = Object.entries((operation['responses'] ?? {}) as Record<string, Json>)
  const [, response = {}] = responses.find(([status]) => /^[23]/.test(status)) ?? []
  const content = Object.entries((resolve(document, response)['content'] ?? {}) as Record<string, Json>)
  const [type, media = {}] = content.find(([name]) => /json/.test(name)) ?? content[0] ?? []
  const schema = media['schema'] as Json | undefined
  return {
    file,
    method: method.toUpperCase(),
    path,
    parameters,
    document,
    success: {
      ...(type === undefined ? {} : { type }),
      ...(schema === undefined ? {} : { schema }),
      examples: examplesOf(document, media),
    },
  }
}

function examplesOf(document: Json, media: Json): readonly unknown[] {
  const named = Object.values((media['examples'] ?? {}) as Record<string, Json>)
  const schema = resolve(document, (media['schema'] ?? {}) as Json)
  return [media['example'], ...named.map((one) => resolve(document, one)['value']), schema['example']]
    .map((example) => (typeof example === 'string' ? readLeniently(example) : example))
    .filter((example) => typeof example === 'object' && example !== null)
}

/** Some examples are JSON within a text, and some of these lack a comma. */
function readLeniently(text: string): unknown {
  for (const attempt of [text, text.replace(/(["\d\]}el])(\s*\n\s*)"/g, '$1,$2"')]) {
    try {
      return JSON.parse(attempt)
    } catch {
      // The next one.
    }
  }
  return undefined
}

/** Follows a reference within a document. */
export function resolve(document: Json, value: Json): Json {
  const { $ref: reference } = value
  if (typeof reference !== 'string') return value
  const keys = reference
    .slice(2)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const found = keys.reduce<unknown>((at, key) => (at as Json | undefined)?.[key], document)
  return resolve(document, (found ?? {}) as Json)
}

/**
 * Returns the paths of all fields of a value, with arrays collapsed: `data[].id`. An array as a whole does not show, because 8x8's
 * documents do not agree whether some responses are one thing or a list.
 */
export function fieldsOf(value: unknown, at = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, at === '' ? '' : `${at}[]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = at === '' ? key : `${at}.${key}`
    return [path, ...fieldsOf(inner, path)]
  })
}

/** Returns the paths of all fields that a schema names, as `fieldsOf` does for a value. */
export function fieldsOfSchema(document: Json, schema: Json, at = '', depth = 0): readonly string[] {
  if (depth > 8) return []
  const own = resolve(document, schema)
  const inner = ['allOf', 'oneOf', 'anyOf'].flatMap((key) => (own[key] ?? []) as Json[])
  const items = own['items'] as Json | undefined
  return [
    ...Object.entries((own['properties'] ?? {}) as Record<string, Json>).flatMap(([key, property]) => {
      const path = at === '' ? key : `${at}.${key}`
      return [path, ...fieldsOfSchema(document, property, path, depth + 1)]
    }),
    ...(items === undefined ? [] : fieldsOfSchema(document, items, at === '' ? '' : `${at}[]`, depth + 1)),
    ...inner.flatMap((part) => fieldsOfSchema(document, part, at, depth + 1)),
  ]
}
