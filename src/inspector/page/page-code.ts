import type { Detail } from '../wire.js'
import { replayOf, type Snippet } from './page-replay.js'

/** The request as Python with the package requests. The arguments are those of `curlOf`. */
export function pythonOf(detail: Detail, origin: string, keyRequired: boolean): Snippet {
  const { method, target, headers, body, bodyIs, notes } = replayOf(detail)
  const isPartial = bodyIs === 'partial'
  const lines = [
    ...(keyRequired ? ['import os', ''] : []),
    'import requests',
    '',
    'response = requests.request(',
    `    ${literal(method)},`,
    `    ${literal(origin + target)},`,
    ...inBraces(
      '    headers={',
      headers.map(([name, value]) => `        ${literal(name)}: ${literal(value)},`),
      keyRequired ? ['        "X-Proxy-Key": os.environ["X8_PROXY_KEY"],'] : [],
      '    },',
    ),
    ...(isPartial ? ['    data=open("body", "rb"),'] : []),
    ...(bodyIs === 'whole' ? [`    data=${literal(body!)}.encode(),`] : []),
    '    allow_redirects=False,',
    ')',
    'print(response.status_code, response.text)',
  ]
  return {
    text: lines.join('\n'),
    notes: [
      ...(isPartial ? ['The body was not kept whole: put it into a file named body.'] : []),
      ...(REWRITTEN_BY_REQUESTS.test(target)
        ? ['requests writes the percent-encoding of the path anew.']
        : []),
      ...notes,
    ],
  }
}

/** The request as JavaScript's `fetch`, for Node.js and browsers. The arguments are those of `curlOf`. */
export function fetchOf(detail: Detail, origin: string, keyRequired: boolean): Snippet {
  const { method, target, headers, body, bodyIs, notes } = replayOf(detail)
  const hasBody = (bodyIs === 'whole' || bodyIs === 'partial') && method !== 'GET'
  const typed = headers.some(([name]) => name.toLowerCase() === 'content-type')
  const text = bodyIs === 'whole' ? literal(body!) : '"[body]"'
  const lines = [
    ...(keyRequired ? ['import { env } from "process"', ''] : []),
    `const response = await fetch(${literal(origin + target)}, {`,
    ...(method === 'GET' ? [] : [`  method: ${literal(method)},`]),
    ...inBraces(
      '  headers: {',
      headers.map(([name, value]) => `    ${literal(name)}: ${literal(value)},`),
      keyRequired ? ['    "X-Proxy-Key": env.X8_PROXY_KEY,'] : [],
      '  },',
    ),
    // Of a string, fetch would say that it is text/plain.
    ...(hasBody ? [`  body: ${typed ? text : `new TextEncoder().encode(${text})`},`] : []),
    '  redirect: "manual",',
    '})',
    'console.log(response.status, await response.text())',
  ]
  return {
    text: lines.join('\n'),
    notes: [
      ...(hasBody && bodyIs === 'partial'
        ? ['The body was not kept whole: put it in the place of [body].']
        : []),
      ...(method === 'GET' && bodyIs !== 'none' ? ['The body is left out: fetch sends none with GET.'] : []),
      ...(isRewrittenByFetch(target) ? ['fetch writes some characters of the path in another way.'] : []),
      ...notes,
    ],
  }
}

/** Whether a URL parser (WHATWG) changes what is sent: dot segments, quotes, braces, backslashes, "#". */
export function isRewrittenByFetch(target: string): boolean {
  const { pathname, search } = new URL(`http://localhost${target}`)
  return pathname + search !== target
}

// What is no character of a URL; escapes of unreserved characters; escapes with small letters; dot segments.
const REWRITTEN_BY_REQUESTS =
  /[^\w.~!$&'()*+,;=:@/%?-]|%(?:2[DE]|3\d|[46][1-9A-F]|[57]\d|[57]A|5F|7E)|%\d?[a-f]|\/\.{1,2}(?:[/?]|$)/

/** A string, as Python and JavaScript both read it. JSON escapes too little: no terminal or eye is to be fooled either. */
function literal(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function inBraces(open: string, lines: readonly string[], more: readonly string[], close: string): string[] {
  return lines.length + more.length === 0 ? [] : [open, ...lines, ...more, close]
}
