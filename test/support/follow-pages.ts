import type { Call, Keys } from '../../src/api/call.js'
import { jsonIn, type RequestOptions, requestOf, type Values } from './catalogue-run.js'

/** No list of the sandbox is longer. */
const MOST_PAGES = 300

/**
 * Reads a documented list from its first page to its last, as the description of the call says that it goes on.
 * @returns the items of each page.
 */
export async function followPages(
  call: Call,
  origin: string,
  values: Values,
  options: RequestOptions & { readonly size: number },
): Promise<readonly (readonly unknown[])[]> {
  const { paging } = call
  if (paging === undefined) throw new TypeError(`${call.id} has no pages`)
  const [url, init] = requestOf(call, origin, values, options)
  const first = new URL(url)
  if (paging.size !== undefined && first.searchParams.has(paging.size)) {
    first.searchParams.set(paging.size, String(options.size))
  }
  const pages: (readonly unknown[])[] = []
  let next: { readonly url: URL; readonly body?: unknown } | undefined = { url: first, body: init.body }
  while (next !== undefined) {
    if (pages.length > MOST_PAGES) throw new Error(`${call.id} does not come to an end`)
    const response: Response = await fetch(next.url, {
      ...init,
      ...(next.body ? { body: next.body as string } : {}),
    })
    const json = await jsonIn(response)
    if (!response.ok)
      throw new Error(`${call.id}, page ${pages.length + 1}: ${response.status} ${JSON.stringify(json)}`)
    pages.push(at(json, paging.items) as readonly unknown[])
    next = nextOf(response, json, next)
  }
  return pages

  function nextOf(response: Response, json: unknown, now: NonNullable<typeof next>): typeof next {
    switch (paging!.kind) {
      case 'link': {
        const link = /<([^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
        return link === undefined ? undefined : { url: new URL(link) }
      }
      case 'after': {
        const last = (at(json, paging!.items) as Readonly<Record<string, unknown>>[]).at(-1)
        return last === undefined ? undefined : asked(now, paging!.parameter, last[paging!.id])
      }
      case 'bodyLink': {
        const links = at(json, paging!.links) as readonly { readonly rel: string; readonly href: string }[]
        const link = links.find(({ rel }) => rel === paging!.rel)
        return link === undefined ? undefined : { url: new URL(link.href) }
      }
      case 'page': {
        const { parameter, first: start } = paging!
        if ('more' in paging!) {
          return at(json, paging.more) === true ? asked(now, parameter, start + pages.length) : undefined
        }
        const { pages: counted, counts } = paging!
        const count = typeof counted === 'string' ? response.headers.get(counted) : at(json, counted)
        const read = counts === 'items' ? pages.flat().length : pages.length
        return read < Number(count) ? asked(now, parameter, start + pages.length) : undefined
      }
      case 'pageKey':
        return at(json, paging!.lastPage) === true
          ? undefined
          : asked(now, paging!.parameter, at(json, paging!.next))
      case 'scrollId': {
        const id = at(json, paging!.next)
        return id === paging!.end ? undefined : asked(now, paging!.parameter, id)
      }
      case 'cursor': {
        const cursor = at(json, paging!.next)
        return cursor === undefined || cursor === null ? undefined : asked(now, paging!.parameter, cursor)
      }
    }
  }
}

/** Puts a parameter into the query, or into the JSON of a request that has some. */
function asked({ url, body }: { readonly url: URL; readonly body?: unknown }, name: string, value: unknown) {
  if (typeof body === 'string') {
    return { url, body: JSON.stringify({ ...(JSON.parse(body) as object), [name]: value }) }
  }
  const next = new URL(url)
  next.searchParams.set(name, String(value))
  return { url: next }
}

function at(json: unknown, keys: Keys): unknown {
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], json)
}
