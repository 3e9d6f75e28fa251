import { isObject } from '../gateway/parameters.js'

/** Looks a field of one thing up by the name that a filter uses. */
export type FieldOf<T> = (thing: T, field: string) => unknown

/** Returns the field at a dotted path, such as `basicInfo.userName`. */
export function fieldAt(thing: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), thing)
}

/** A compiled filter, or what is wrong with it. */
export type Filter<T> = { readonly accepts: (thing: T) => boolean } | { readonly error: string }

type Test<T> = (thing: T) => boolean

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=gt=': (order) => order > 0,
  '=ge=': (order) => order >= 0,
  '=lt=': (order) => order < 0,
  '=le=': (order) => order <= 0,
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
}

/**
 * Compiles a FIQL filter as 8x8's storage and chat gateway take it: `;` is AND and binds tighter, `,` is OR,
 * parentheses group, `*` in a value stands for anything, `=in=(a,b)` is one of, `=out=(a,b)` none of. A field that is
 * a list is tested by each of its values. An empty filter accepts all.
 * Source: draft-nottingham-atompub-fiql-00 and 8x8's cloud storage guide.
 */
export function compileFilter<T>(filter: string | null, fieldOf: FieldOf<T> = fieldAt): Filter<T> {
  if (filter === null || filter.trim() === '') return { accepts: () => true }
  const tokens: readonly string[] = filter.match(/[();,]|[^();,]+/g) ?? []
  let at = 0

  const alternatives = (): Test<T> => {
    const tests = [conjunction()]
    while (tokens[at] === ',') {
      at++
      tests.push(conjunction())
    }
    return (thing) => tests.some((test) => test(thing))
  }
  const conjunction = (): Test<T> => {
    const tests = [factor()]
    while (tokens[at] === ';') {
      at++
      tests.push(factor())
    }
    return (thing) => tests.every((test) => test(thing))
  }
  const factor = (): Test<T> => {
    const token = tokens[at++]
    if (token !== '(') return comparison(joinList(token ?? ''), fieldOf)
    const inner = alternatives()
    if (tokens[at++] !== ')') throw new SyntaxError('a parenthesis is not closed')
    return inner
  }
  /** The tokenizer splits `type=in=(a,b)` at its parenthesis: put it together again. */
  const joinList = (token: string): string => {
    if (!/=(?:in|out)=$/.test(token) || tokens[at] !== '(') return token
    const end = tokens.indexOf(')', at)
    if (end < 0) throw new SyntaxError('a parenthesis is not closed')
    const joined = token + tokens.slice(at, end + 1).join('')
    at = end + 1
    return joined
  }

  try {
    const accepts = alternatives()
    if (at < tokens.length) throw new SyntaxError(`unexpected '${tokens[at]}'`)
    return { accepts }
  } catch (error) {
    if (error instanceof SyntaxError) return { error: error.message }
    throw error
  }
}

function comparison<T>(text: string, fieldOf: FieldOf<T>): Test<T> {
  const parts = /^\s*([\w.-]+)(=in=|=out=|=gt=|=ge=|=lt=|=le=|==|!=|>=|<=|>|<)(.*)$/s.exec(text)
  const [, field = '', operator = '', value = ''] = parts ?? []
  if (!parts) throw new SyntaxError(`'${text}' is not a comparison`)
  if (operator === '==') return (thing) => matches(fieldOf(thing, field), value)
  if (operator === '!=') return (thing) => !matches(fieldOf(thing, field), value)
  if (operator === '=in=' || operator === '=out=') {
    const values = value.replace(/^\(|\)$/g, '').split(',')
    const isWanted = operator === '=in='
    return (thing) => values.some((one) => matches(fieldOf(thing, field), one)) === isWanted
  }
  const isInOrder = comparisons[operator]
  return (thing) => {
    const actual = fieldOf(thing, field)
    return actual !== undefined && isInOrder !== undefined && isInOrder(compare(actual, value))
  }
}

/** Tells whether a text matches a pattern, ignoring case; `*` stands for anything. */
export function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 'is').test(text)
}

function matches(actual: unknown, value: string): boolean {
  if (actual === undefined || actual === null) return false
  if (Array.isArray(actual)) return actual.some((one: unknown) => matches(one, value))
  return isLike(asText(actual), unquote(value))
}

function compare(actual: unknown, value: string): number {
  const difference = Number(actual) - Number(unquote(value))
  return Number.isNaN(difference) ? asText(actual).localeCompare(unquote(value)) : difference
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function unquote(value: string): string {
  return value.trim().replace(/^(['"])(.*)\1$/s, '$2')
}
