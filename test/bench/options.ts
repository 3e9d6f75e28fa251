import { parseArgs } from 'node:util'

/** What can be measured. */
export const PARTS = ['requests', 'tail', 'transfers', 'scenes'] as const
export type Part = (typeof PARTS)[number]

export interface Options {
  /** All of them unless some are named. */
  readonly parts: readonly Part[]
  readonly rounds: number
  /** How many turns of a second a program has in a round; `warmUpSeconds` of load come before and are not counted. */
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly connections: number
  /** How much goes through in a round and direction. */
  readonly mebibytes: number
  /** How many calls a scene has, and how long it is silent before each. */
  readonly calls: number
  readonly silenceSeconds: number
  /** The programs' names; if empty, those of a part that are installed. */
  readonly only: readonly string[]
  /** Whether the proxies reach the upstream over TLS. */
  readonly tls: boolean
  /** Whether requests are POSTs with 2 KB. */
  readonly post: boolean
}

export const USAGE = `npm run bench -- [options]

  --requests         CPU, throughput and latency under load; start and memory
  --tail             p99 at 64 connections
  --transfers        downloads and uploads
  --scenes           calls now and then to an upstream far away: polls, the first call, a POST after silence
                     (all four unless some of them are named)
  --rounds 3         how often all programs are started and measured, but for the scenes
  --seconds 2        how many turns of a second each has in a round
  --warm-up 2        how many seconds of load come before that
  --connections 32   callers at once, for requests
  --mib 512          how much goes through in a round, for transfers
  --calls 4          how many calls a scene has
  --silence 5        how many seconds are between them
  --only ours,plain  these programs only
  --tls              TLS to the upstream; in the scenes it is always used
  --post             POST with a body of 2 KB instead of GET, for requests and tail
`

/** Reads the arguments. @throws Error that says what is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      requests: { type: 'boolean', default: false },
      tail: { type: 'boolean', default: false },
      transfers: { type: 'boolean', default: false },
      scenes: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      'warm-up': { type: 'string', default: '2' },
      connections: { type: 'string', default: '32' },
      mib: { type: 'string', default: '512' },
      calls: { type: 'string', default: '4' },
      silence: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      tls: { type: 'boolean', default: false },
      post: { type: 'boolean', default: false },
    },
  })
  const named = PARTS.filter((part) => values[part])
  return {
    parts: named.length === 0 ? PARTS : named,
    rounds: wholeNumber('--rounds', values.rounds),
    seconds: wholeNumber('--seconds', values.seconds),
    warmUpSeconds: wholeNumber('--warm-up', values['warm-up']),
    connections: wholeNumber('--connections', values.connections),
    mebibytes: wholeNumber('--mib', values.mib),
    calls: wholeNumber('--calls', values.calls),
    silenceSeconds: wholeNumber('--silence', values.silence),
    only: values.only.split(',').filter((name) => name !== ''),
    tls: values.tls,
    post: values.post,
  }
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error(`${option} must be a whole number from 1, not "${text}".`)
  return Number(text)
}
