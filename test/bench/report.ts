import type { Measured, Round } from './measure.js'
import { median, range, ratio } from './statistics.js'
import { table } from './table.js'

const MIB = 1024 * 1024

/** What was measured under load, as two tables in Markdown and a note how to read them. */
export function reportRequests(all: readonly Measured[], baseline: Measured): string {
  return [
    `Medians of ${baseline.rounds.length} rounds`,
    '',
    ...table(
      ['program', 'CPU µs', 'least', 'others µs', 'requests/s', 'p50 ms', 'p99 ms'],
      all.map((each) => [
        each.program.title,
        medianOf(each, 'cpuMicroseconds').toFixed(1),
        leastCpu(each).toFixed(1),
        medianOf(each, 'othersMicroseconds').toFixed(1),
        medianOf(each, 'requestsPerSecond').toFixed(0),
        medianOf(each, 'p50Ms').toFixed(2),
        medianOf(each, 'p99Ms').toFixed(2),
      ]),
    ),
    '',
    `Ratios to ${baseline.program.title}`,
    '',
    ...table(
      ['program', 'CPU', 'lowest - highest', 'of the least', 'requests/s', 'p50', 'p99'],
      all.map((each) => {
        const ratioOf = (quantity: keyof Round) =>
          ratio(each.rounds, baseline.rounds, (round) => round[quantity])
        return [
          each.program.title,
          ratioOf('cpuMicroseconds').median.toFixed(2),
          range(ratioOf('cpuMicroseconds')),
          (leastCpu(each) / leastCpu(baseline)).toFixed(2),
          ratioOf('requestsPerSecond').median.toFixed(2),
          ratioOf('p50Ms').median.toFixed(2),
          ratioOf('p99Ms').median.toFixed(2),
        ]
      }),
    ),
    '',
    ...failures(all),
    HOW_TO_READ,
  ].join('\n')
}

const HOW_TO_READ = `How to read it: CPU is the program's own time (user and system, its children's included) for one request, and the number
that depends least on what else the machine does. Its ratio is the median of the rounds' ratios; where lowest and highest
are far apart, the machine was busy: take more rounds, and look at the ratio of the least. Requests a second and latency
depend on how the cores are shared with wrk and the upstream, whose CPU for one request stands under "others": N cores give
no more than N s / (CPU + others) responses a second. At full load latency is mostly waiting in line.
Only this proxy checks callers, keeps a token, counts and logs, but for "its log on"; logs go to a file.
`

/** What a start and an idle process cost, with ratios. */
export function reportStart(all: readonly Measured[], baseline: Measured): string {
  return [
    `Start and memory, medians of ${baseline.rounds.length} starts, with ratios to ${baseline.program.title}`,
    '',
    ...table(
      ['program', 'first response ms', 'ratio', 'MiB idle', 'ratio', 'MiB loaded', 'ratio'],
      all.map((each) => [
        each.program.title,
        median(each.firstResponsesMs).toFixed(0),
        (median(each.firstResponsesMs) / median(baseline.firstResponsesMs)).toFixed(2),
        (median(each.idleBytes) / MIB).toFixed(0),
        (median(each.idleBytes) / median(baseline.idleBytes)).toFixed(2),
        (each.loadedBytes / MIB).toFixed(0),
        (each.loadedBytes / baseline.loadedBytes).toFixed(2),
      ]),
    ),
    '',
    `From the start of the process to the first response through it. Memory is resident, what processes share counted for
each; idle is a second after that, loaded the most after any round under load.
`,
  ].join('\n')
}

/** The slowest hundredth under load. */
export function reportTail(all: readonly Measured[], baseline: Measured, connections: number): string {
  return [
    `p99 at ${connections} connections, medians of ${baseline.rounds.length} rounds, with ratios to ${baseline.program.title}`,
    '',
    ...table(
      ['program', 'p50 ms', 'p99 ms', 'ratio of p99', 'lowest - highest'],
      all.map((each) => {
        const p99 = ratio(each.rounds, baseline.rounds, (round) => round.p99Ms)
        return [
          each.program.title,
          medianOf(each, 'p50Ms').toFixed(2),
          medianOf(each, 'p99Ms').toFixed(2),
          p99.median.toFixed(2),
          range(p99),
        ]
      }),
    ),
    '',
    ...failures(all),
  ].join('\n')
}

function failures(all: readonly Measured[]): string[] {
  return all
    .filter(({ socketErrors }) => socketErrors > 0)
    .map(
      ({ program, socketErrors }) => `! ${program.title}: ${socketErrors} connections failed or timed out.`,
    )
}

function medianOf({ rounds }: Measured, quantity: keyof Round): number {
  return median(rounds.map((round) => round[quantity]))
}

/** What a request costs where nothing else gets in the way. */
function leastCpu({ rounds }: Measured): number {
  return Math.min(...rounds.map(({ cpuMicroseconds }) => cpuMicroseconds))
}
