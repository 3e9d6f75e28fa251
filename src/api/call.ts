import type { Family } from './families.js'
import type { Schema, Shape } from './shape.js'

/**
 * One documented call of 8x8's API, as data. Wherever a text holds `{{name}}`, the variable of that name stands
 * there; in a path it is `{name}`. `variables.ts` has them all.
 */
export interface Call {
  /** Unique among all calls and never changed: a re-import into Postman finds the same request by it. */
  readonly id: string
  readonly title: string
  /** What a caller should know beyond the title, in a sentence or two. */
  readonly description?: string
  /** 8x8's page about it, below https://developer.8x8.com/; absent where 8x8 took the page down. */
  readonly docs?: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: readonly QueryParameter[]
  readonly headers?: readonly HeaderField[]
  readonly body?: Body
  /** What 8x8 documents for a success. */
  readonly response: ResponseSpec
  /** What 8x8 documents for failures. */
  readonly errors?: readonly ResponseSpec[]
  /** For placeholders of the path that stand for one of a few words, such as a region: which ones. */
  readonly choices?: Readonly<Record<string, readonly string[]>>
  /** How its list goes on; absent for what has none, or has it on one page. */
  readonly paging?: Paging
  /** Whether it changes nothing, although it is a POST. */
  readonly reads?: boolean
  /** Where it deviates from 8x8's documents, and why: mostly because they contradict each other. */
  readonly deviates?: string
  /** Variables that later calls take from this response's JSON, by the keys that lead to the value. */
  readonly keeps?: Readonly<Record<string, readonly (string | number)[]>>
  /** Statuses of an unfinished job: a run of the whole collection polls again while the response's `status` is one of these. */
  readonly repeatsWhile?: readonly string[]
  /** 8x8 advises against it, or has announced its end. */
  readonly deprecated?: boolean
}

/** The keys that lead to a value in JSON. */
export type Keys = readonly (string | number)[]

interface Pages {
  /** Where a page's items are. */
  readonly items: Keys
  /** The parameter that says how many there are at most. */
  readonly size?: string
}

/** A page whose successor is asked for with a value of its response. */
interface NamedPages extends Pages {
  readonly parameter: string
  readonly next: Keys
}

/** How the next page of a list is asked for, and what says that there is none. */
export type Paging =
  /** The `Link` header with `rel="next"`, absent on the last page. */
  | (Pages & { readonly kind: 'link' })
  /** A link within the JSON, in a list of links, by its relation; absent on the last page. */
  | (Pages & { readonly kind: 'bodyLink'; readonly links: Keys; readonly rel: string })
  /** An opaque id: null on the last page, or "No Data" on an empty page after it. */
  | (NamedPages & { readonly kind: 'scrollId'; readonly end: null | 'No Data' })
  /** An offset, until the field that says so. */
  | (NamedPages & { readonly kind: 'pageKey'; readonly lastPage: Keys })
  /** An opaque cursor, absent or null on the last page; the parameter is in the body of a call that has one. */
  | (NamedPages & { readonly kind: 'cursor' })
  /** The id of the last item so far, until a page is empty. */
  | (Pages & { readonly kind: 'after'; readonly parameter: string; readonly id: string })
  /** A number, from `first` on; a field or a header counts the pages, or a field says whether there are more. */
  | (Pages & {
      readonly kind: 'page'
      readonly parameter: string
      readonly first: 0 | 1
    } & (
        | {
            readonly pages: Keys | `X-${string}`
            /** Whether that counts items instead. */
            readonly counts?: 'items'
          }
        | { readonly more: Keys }
      ))

export interface QueryParameter {
  readonly name: string
  /** A list is sent as one repeated key, or joined with commas if it is `joined`. */
  readonly example: string | number | boolean | readonly string[]
  readonly schema: Schema
  readonly joined?: boolean
  readonly description: string
  /** Whether 8x8 demands it. */
  readonly required: boolean
  /** Whether Postman sends it unless it is unticked. */
  readonly enabled: boolean
}

export interface HeaderField {
  readonly name: string
  readonly example: string
  readonly description: string
  readonly schema?: Schema
  /** Whether 8x8 demands it. */
  readonly required?: boolean
}

export type Body =
  | {
      readonly type: string
      readonly example: unknown
      readonly shape: Shape<unknown>
      /** Whether a request may come without it. */
      readonly optional?: boolean
    }
  | { readonly type: 'multipart/form-data'; readonly parts: readonly Part[] }

export interface Part {
  readonly name: string
  readonly example: string
  readonly description: string
  /** The part's own media type, for the part that is a file. */
  readonly fileType?: string
}

export interface ResponseSpec {
  readonly status: number
  /** Absent for a response without a body. */
  readonly type?: string
  /** What its JSON looks like. */
  readonly shape?: Shape<unknown>
  /** Other media types that a caller may ask for with `Accept`. */
  readonly also?: readonly string[]
}

/** The calls of one family. */
export interface FamilyCalls {
  /** Its name in the table of families. */
  readonly family: string
  /** What the product is, and what 8x8 calls its box in Admin Console > API Keys. */
  readonly description: string
  /** For addresses that begin with the region: what may stand before the path. */
  readonly regions?: readonly string[]
  /** Older versions that are at the same paths. */
  readonly olderVersions?: readonly string[]
  readonly calls: readonly Call[]
}

/** A family's calls beside what the proxy knows of the family. */
export interface Folder extends Omit<FamilyCalls, 'family'> {
  readonly family: Family
}

export interface Variable {
  readonly value: string
  readonly description: string
}

/** All that the renderers need. */
export interface Catalogue {
  readonly folders: readonly Folder[]
  readonly variables: Readonly<Record<string, Variable>>
}

/** Returns the address of 8x8's page about a call, or undefined where 8x8 has none. */
export function docsAddress({ docs }: Call): string | undefined {
  return docs === undefined ? undefined : `https://developer.8x8.com/${docs}`
}

/** Puts values in the place of each `{{name}}`; of a name that has none, nothing. */
export function filled(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => valueOf(name) ?? '')
}

/** Returns what a query parameter is sent as: one value for each time that its key is there. */
export function sentValues({ example, joined }: QueryParameter): readonly string[] {
  const values = [example].flat().map(String)
  return joined === true ? [values.join(',')] : values
}

/** Returns the names of the placeholders of a path, in order. */
export function placeholdersOf(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
}
