import type { DestinationStream } from 'pino'
import { type Colour, type Colours, createColours, withoutControls } from './colours.js'
import { requestRow, type RequestLine, shortDuration } from './request-row.js'

interface LogLine {
  readonly level: number
  readonly time: number
  readonly msg: string
  readonly [field: string]: unknown
}

// What the message says already, or what says nothing to a person.
const SAID = new Set(
  'level time msg reason errors err credential address upstream lifetimeSeconds products opens lines settings'.split(
    ' ',
  ),
)

/**
 * Writes log lines for a person at a terminal: a request in one row of columns, anything else as its message and what is
 * worth knowing beside it. Whatever a caller can put into a line is made harmless.
 *
 * pino-pretty cannot do this: around its `messageFormat` stay the brackets of the time, a colon and one colour for all, and
 * what that function returns is not cleaned of escape sequences.
 */
export function terminalLines(destination: DestinationStream, hasColours: boolean): DestinationStream {
  const colours = createColours(hasColours)
  let granted: string | undefined

  /** What the app may call, when it is known and when it has changed. */
  function newlyGranted({ credential, products }: LogLine): string[] {
    if (credential !== 'app' || !Array.isArray(products)) return []
    const names = products.join(', ')
    if (names === granted) return []
    granted = names
    return [names === '' ? 'granted: no API product' : `granted: ${names}`]
  }

  function textsOf(line: LogLine): string[] {
    if (isRequest(line)) return [requestRow(line, colours)]
    // At the start it comes beside the app's.
    if (line.credential === 'work' && line.reason === 'start' && line.level === INFO) return []
    return [...newlyGranted(line), message(line, colours)]
  }

  return {
    write(json) {
      const line = JSON.parse(json, harmless) as LogLine
      const time = colours.dim(timeOfDay(line.time))
      const texts = textsOf(line).map((text) => `${time} ${text}\n`)
      if (texts.length > 0) destination.write(texts.join(''))
    },
  }
}

/** For `JSON.parse`: every text of a line, whoever it comes from. A stack keeps its lines. */
function harmless(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  return name === 'stack' ? value.split('\n').map(withoutControls).join('\n') : withoutControls(value)
}

function isRequest(line: LogLine): line is LogLine & RequestLine {
  return typeof line.id === 'string' && typeof line.status === 'number'
}

function message(line: LogLine, colours: Colours): string {
  const { level, msg, credential, err } = line
  const facts = Object.entries(line)
    .filter(([name]) => !SAID.has(name))
    .map(([name, value]) => fact(name, value))
  const whose = credential === 'work' ? ' (of the Work Analytics user)' : ''
  return [
    `${mark(level, colours)}${msg}${whose}${why(line)}`,
    ...facts.map((text) => colours.dim(text)),
    ...(err === undefined ? [] : [errorText(err)]),
  ].join(' ')
}

/** Why something failed, or why a token was needed. */
function why({ level, reason, errors }: LogLine): string {
  const reasons = Array.isArray(errors) ? errors : [reason]
  // The first token is needed for no special reason.
  if (reasons[0] === undefined || reasons[0] === 'start') return ''
  return level > INFO ? `: ${reasons.join(' ')}` : ` (${reasons.join(', ')})`
}

function fact(name: string, value: unknown): string {
  const isDuration = name.endsWith('Ms') && typeof value === 'number'
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  return isDuration ? `${name.slice(0, -2)}=${shortDuration(value)}` : `${name}=${shown}`
}

/** An error of the program itself, with its stack: whoever reports it needs all lines. */
function errorText(err: unknown): string {
  const { type, message: text, stack, cause } = err as Record<string, unknown>
  const lines = typeof stack === 'string' ? stack.split('\n') : [`${String(type)}: ${String(text)}`]
  return [...lines, ...(cause === undefined ? [] : [`caused by ${errorText(cause)}`])].join('\n  ')
}

const INFO = 30
const MARKS: readonly (readonly [number, string, keyof Colours])[] = [
  [60, 'FATAL', 'red'],
  [50, 'ERROR', 'red'],
  [40, 'WARN', 'yellow'],
  [INFO, '', 'dim'],
  [20, 'DEBUG', 'dim'],
  [0, 'TRACE', 'dim'],
]

function mark(level: number, colours: Colours): string {
  const [, name, colour] = MARKS.find(([least]) => level >= least)!
  const paint: Colour = colours[colour]
  return name === '' ? '' : `${paint(name)} `
}

/** The time of day on this machine's clock: "19:35:36". */
function timeOfDay(ms: number): string {
  const date = new Date(ms)
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}
