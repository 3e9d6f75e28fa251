import type { Colour, Colours } from './colours.js'

/** The line of a request as the log has it (`logExchange`); of what never became a request, only some of it. */
export interface RequestLine {
  readonly id: string
  readonly status: number
  readonly method?: string
  readonly path?: string
  readonly family?: string
  readonly durationMs?: number
  readonly bytes?: number
  readonly tokenWaitMs?: number
  readonly rateWaitMs?: number
  readonly retries?: readonly string[]
  readonly cache?: string
  readonly problem?: string
  readonly detail?: string
  readonly cause?: string
  readonly upstreamId?: string
  readonly incomplete?: true
}

// The longest of 8x8's methods and families; what is longer moves its own row only.
const METHOD_WIDTH = 6
const FAMILY_WIDTH = 19

/** One request in columns: what is of one width comes first, the path and what is worth a remark last. */
export function requestRow(line: RequestLine, colours: Colours): string {
  const { method = '-', status, durationMs, bytes, family = '-', path = '' } = line
  const { dim } = colours
  return [
    method.padEnd(METHOD_WIDTH),
    colourOf(status, colours)(status === 0 ? '  -' : String(status).padStart(3)),
    (durationMs === undefined ? '' : shortDuration(durationMs)).padStart(7),
    dim((bytes === undefined ? '' : shortSize(bytes)).padStart(7)),
    dim(family.padEnd(FAMILY_WIDTH)),
    path,
    ...remarks(line, colours).filter((remark) => remark !== ''),
  ].join(' ')
}

function remarks(line: RequestLine, colours: Colours): string[] {
  const { id, status, tokenWaitMs, rateWaitMs, retries, cache, problem, detail = '', cause } = line
  const { dim, yellow } = colours
  const failure = status >= 500 ? colours.red : yellow
  return [
    retries === undefined ? '' : yellow(`sent again (${retries.join(', ')})`),
    cache === 'hit' || cache === 'collapsed' ? dim(`cache ${cache}`) : '',
    tokenWaitMs === undefined ? '' : dim(`waited ${shortDuration(tokenWaitMs)} for a token`),
    rateWaitMs === undefined ? '' : dim(`waited ${shortDuration(rateWaitMs)} for its turn`),
    problem === undefined ? '' : failure(`${problem}: ${detail}`),
    cause === undefined ? '' : failure(cause),
    // With a cause it was not the caller who ended it.
    line.incomplete === true ? yellow(cause === undefined ? 'caller left' : 'aborted') : '',
    ...(status >= 400 || problem !== undefined || cause !== undefined
      ? [dim(`id=${id}`), upstreamId(line, dim)]
      : []),
  ]
}

function upstreamId({ upstreamId: of8x8 }: RequestLine, dim: Colour): string {
  return of8x8 === undefined ? '' : dim(`8x8-id=${of8x8}`)
}

function colourOf(status: number, { dim, green, cyan, yellow, red }: Colours): Colour {
  if (status >= 500) return red
  if (status >= 400) return yellow
  if (status >= 300) return cyan
  return status >= 200 ? green : dim
}

/** Formats a duration of milliseconds in at most seven characters: "0.4 ms", "312 ms", "1.24 s", "86400 s". */
export function shortDuration(ms: number): string {
  if (ms < 10) return `${Math.round(10 * ms) / 10} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : `${Math.round(ms / 1000)} s`
}

const UNITS = ['kB', 'MB', 'GB', 'TB']

/** Formats a number of bytes in at most seven characters: "812 B", "1.2 kB", "105 MB". */
function shortSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  let size = bytes
  let unit = -1
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`
}
