import { type Call, filled, type Folder, sentValues } from '../../src/api/call.js'
import { catalogueOf } from '../../src/api/catalogue.js'
import { FAMILIES } from '../../src/api/families.js'

export const { folders, variables } = catalogueOf(FAMILIES)

/** The values of the catalogue's variables, which responses replace. */
export type Values = Map<string, string>

export function defaultValues(): Values {
  return new Map(Object.entries(variables).map(([name, { value }]) => [name, value]))
}

export interface RequestOptions {
  readonly regions?: Folder['regions']
  /** Send the optional parameters too, which Postman leaves out. */
  readonly all?: boolean
  /** Leave out this parameter or header. */
  readonly without?: string
}

/** Makes of a call of the catalogue, with its examples, what `fetch` takes. */
export function requestOf(
  { method, path, query = [], headers = [], body }: Call,
  origin: string,
  values: Values,
  { regions, all = false, without }: RequestOptions = {},
): [string, Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> }] {
  const fill = (text: string) => filled(text, (name) => values.get(name))
  const filledPath = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values.get(name)!))
  const url = new URL(origin + (regions?.[0] ?? '') + filledPath)
  for (const parameter of query) {
    const { name, enabled } = parameter
    if (name === without || (!enabled && !all)) continue
    for (const value of sentValues(parameter)) url.searchParams.append(name, fill(value))
  }
  const sent = Object.fromEntries(
    headers.filter(({ name }) => name !== without).map(({ name, example }) => [name, fill(example)]),
  )
  const init = { method, headers: sent, redirect: 'manual' } as const
  if (body === undefined) return [url.href, init]
  if ('parts' in body) {
    const form = new FormData()
    for (const { name, example, fileType } of body.parts) {
      if (fileType === undefined) form.append(name, fill(example))
      else form.append(name, new Blob([example], { type: fileType }), 'file')
    }
    return [url.href, { ...init, body: form }]
  }
  const text = typeof body.example === 'string' ? body.example : JSON.stringify(body.example)
  return [url.href, { ...init, headers: { ...sent, 'Content-Type': body.type }, body: fill(text) }]
}

/** Takes over what later calls need of a response's JSON. */
export function keep({ keeps = {} }: Call, json: unknown, values: Values): void {
  for (const [name, keys] of Object.entries(keeps)) {
    const value = keys.reduce<unknown>((at, one) => (at as Record<string, unknown> | undefined)?.[one], json)
    if (typeof value === 'string' || typeof value === 'number') values.set(name, String(value))
  }
}

/** Tells whether a response says that its job is not finished. */
export function isUnfinished({ repeatsWhile = [] }: Call, json: unknown): boolean {
  return repeatsWhile.includes(String((json as { readonly status?: unknown } | undefined)?.status))
}

/** Reads the JSON of a response; undefined if it has none. */
export async function jsonIn(response: Response): Promise<unknown> {
  const text = await response.text()
  return /json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : undefined
}
