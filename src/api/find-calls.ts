import { closestMatch } from 'leven'
import { type Call, type Catalogue, filled, type Folder, placeholdersOf, sentValues } from './call.js'
import type { Family } from './families.js'

/** At most so many calls, in at most so many bytes of JSON: what fits into a look, or into an agent's context. */
const MOST_CALLS = 5
const MOST_BYTES = 2000
const LONGEST_BODY = 160

/** Words that say nothing about a call. */
const EMPTY_WORDS = new Set('a all an and do for from how i in is me my of on the to with'.split(' '))

/** What the proxy is, for the lines that call it. */
export interface CallLineOptions {
  /** The proxy as the caller addressed it. */
  readonly origin: string
  /** Whether callers have to present X8_PROXY_KEY. */
  readonly requiresKey: boolean
}

interface FoundParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'body'
  readonly required?: true
}

interface FoundCall {
  readonly method: Call['method']
  readonly path: string
  readonly title: string
  readonly parameters: FoundParameter[]
  /** How many optional parameters were left out. */
  more?: number
  readonly curl: string
}

export interface FoundCalls {
  /** How many calls fit. */
  readonly total: number
  /** The best of them. */
  readonly calls: readonly FoundCall[]
}

/** Returns the name of the family that is nearest to one that does not exist. */
export function nearestFamily(families: readonly Family[], name: string): string {
  return closestMatch(
    name.toLowerCase(),
    families.map((family) => family.name),
  )!
}

/**
 * Finds documented calls by words in their title, path, description, parameters and family; those with most of the words come
 * first. Without words it takes the calls of the family in their order.
 */
export function findCalls(
  catalogue: Catalogue,
  words: string,
  family: string | undefined,
  options: CallLineOptions,
): FoundCalls {
  const wanted = [...new Set(wordsOf(words))].filter((word) => !EMPTY_WORDS.has(word)).slice(0, 12)
  const found = catalogue.folders
    .filter((folder) => family === undefined || folder.family.name === family)
    .flatMap((folder) => folder.calls.map((call) => ({ call, folder, score: scoreOf(call, folder, wanted) })))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
  const calls = found.slice(0, MOST_CALLS).map(({ call, folder }) => show(call, folder, catalogue, options))
  return fitted({ total: found.length, calls })
}

/** Words in lower case and without the plural: `callRecordings` is call and recording. */
function wordsOf(text: string): readonly string[] {
  const parts =
    text
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  return parts.map((part) => (part.length > 3 ? part.replace(/(?<!s)s$/, '') : part))
}

function scoreOf(call: Call, { family, description }: Folder, wanted: readonly string[]): number {
  const { query = [], headers = [] } = call
  const parameters = [...query, ...headers]
  const places = [
    [8, call.title],
    [5, `${call.path} ${call.method} ${call.id}`],
    [5, call.description],
    [3, parameters.map(({ name }) => name).join(' ')],
    [
      1,
      `${family.name} ${family.title} ${description} ${parameters.map((one) => one.description).join(' ')}`,
    ],
  ] as const
  const texts = places.map(([weight, text = '']) => [weight, wordsOf(text)] as const)
  let score = wanted.length === 0 ? 1 : 0
  for (const word of wanted) {
    const best = Math.max(...texts.map(([weight, within]) => weight * likeness(word, within)))
    // A call that has all words is better than one that has some of them in better places.
    if (best > 0) score += best + 10
  }
  // Of equals, what is current comes first, then what only reads.
  if (score > 0 && call.deprecated) score -= 0.2
  if (score > 0 && call.method !== 'GET' && call.reads !== true) score -= 0.1
  return score
}

function likeness(word: string, within: readonly string[]): number {
  if (within.includes(word)) return 1
  return word.length > 3 && within.some((one) => one.startsWith(word) || one.includes(word)) ? 0.6 : 0
}

function show(call: Call, folder: Folder, catalogue: Catalogue, options: CallLineOptions): FoundCall {
  const { method, path, title, query = [], headers = [], body } = call
  const required = (is: boolean | undefined) => (is ? { required: true as const } : {})
  const parameters: FoundParameter[] = [
    ...placeholdersOf(path).map((name) => ({ name, in: 'path' as const, ...required(true) })),
    ...query.map((one) => ({ name: one.name, in: 'query' as const, ...required(one.required) })),
    ...headers
      .filter(({ name }) => !/^(?:accept|content-type)$/i.test(name))
      .map((one) => ({ name: one.name, in: 'header' as const, ...required(one.required) })),
    ...(body === undefined ? [] : [{ name: body.type, in: 'body' as const, ...required(true) }]),
  ]
  return { method, path, title, parameters, curl: curlOf(call, folder, catalogue, options) }
}

function curlOf(
  { method, path, query = [], headers = [], body }: Call,
  { regions = [''] }: Folder,
  { variables }: Catalogue,
  { origin, requiresKey }: CallLineOptions,
): string {
  const valueOf = (name: string) => variables[name]?.value ?? ''
  const fill = (text: string) => filled(text, valueOf)
  const sent = new URLSearchParams(
    query
      .filter(({ required }) => required)
      .flatMap((one) => sentValues(one).map((value): [string, string] => [one.name, fill(value)])),
  )
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(valueOf(name)))
  const lines = headers
    .filter(({ name, required }) => required || /^accept$/i.test(name))
    .map(({ name, example }) => ` -H '${name}: ${fill(example)}'`)
  const words = [
    `curl${method === 'GET' ? '' : ` -X ${method}`}`,
    requiresKey ? ` -H "X-Proxy-Key: $X8_PROXY_KEY"` : '',
    ...lines,
    body === undefined ? '' : bodyOf(body, fill),
  ]
  return `${words.join('')} '${origin}${regions[0]}${target}${sent.size === 0 ? '' : `?${sent.toString()}`}'`
}

/** A body that is long is for a file, of which OpenAPI and Postman have an example. */
function bodyOf(body: NonNullable<Call['body']>, fill: (text: string) => string): string {
  if ('parts' in body)
    return body.parts.map(({ name, fileType }) => ` -F ${name}=${fileType ? '@file' : '...'}`).join('')
  const text = fill(typeof body.example === 'string' ? body.example : JSON.stringify(body.example))
  const data = text.length > LONGEST_BODY ? '@body.json' : text.replaceAll("'", String.raw`'\''`)
  return ` -H 'Content-Type: ${body.type}' -d '${data}'`
}

/**
 * Leaves out until the JSON is short enough: optional parameters of all calls but the best, then calls, then optional parameters
 * of the best.
 */
function fitted(found: FoundCalls): FoundCalls {
  const calls = [...found.calls]
  const isTooLong = () => JSON.stringify({ ...found, calls }).length > MOST_BYTES
  while (isTooLong() && trim(calls.slice(1)));
  while (isTooLong() && calls.length > 1) calls.pop()
  while (isTooLong() && trim(calls));
  return { ...found, calls }
}

/** Leaves out one optional parameter of the call that has most of them. @returns whether there was one */
function trim(calls: readonly FoundCall[]): boolean {
  const optional = calls.map(({ parameters }) => parameters.filter((one) => !one.required).length)
  const most = Math.max(0, ...optional)
  const call = calls[optional.indexOf(most)]
  if (call === undefined || most === 0) return false
  call.parameters.splice(
    call.parameters.findLastIndex((one) => !one.required),
    1,
  )
  call.more = (call.more ?? 0) + 1
  return true
}
