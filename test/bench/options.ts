import { parseArgs } from 'node:util'

export interface Options {
  readonly rounds: number
  /** How many turns of a second a program has in a round; `warmUpSeconds` of load come before and are not counted. */
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly connections: number
  /** The programs' names; all that are installed if empty. */
  readonly only: readonly string[]
  /** Whether the proxies reach the upstream over TLS. */
  readonly tls: boolean
  /** Whether requests are POSTs with 2 KB. */
  readonly post: boolean
}

export const USAGE = `npm run bench -- [options]

  --rounds 5         how often all programs are started and measured
  --seconds 3        how many turns of a second each has in a round
  --warm-up 3        how many seconds of load come before that
  --connections 32   callers at once
  --only ours,plain  these programs only
  --tls              TLS to the upstream
  --post             POST with a body of 2 KB instead of GET
`

/** Reads the arguments. @throws Error that says what is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      'warm-up': { type: 'string', default: '3' },
      connections: { type: 'string', default: '32' },
      only: { type: 'string', default: '' },
      tls: { type: 'boolean', default: false },
      post: { type: 'boolean', default: false },
    },
  })
  return {
    rounds: wholeNumber('--rounds', values.rounds),
    seconds: wholeNumber('--seconds', values.seconds),
    warmUpSeconds: wholeNumber('--warm-up', values['warm-up']),
    connections: wholeNumber('--connections', values.connections),
    only: values.only.split(',').filter((name) => name !== ''),
    tls: values.tls,
    post: values.post,
  }
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error(`${option} must be a whole number from 1, not "${text}".`)
  return Number(text)
}
