import type { Measured, Round } from './measure.js'

const MIB = 1024 * 1024

/** What was measured, as two tables in Markdown and a note how to read them. */
export function report(all: readonly Measured[], baseline: Measured): string {
  const errors = all.filter(({ socketErrors }) => socketErrors > 0)
  return [
    `Medians of ${baseline.rounds.length} rounds`,
    '',
    ...table(
      [
        'program',
        'CPU µs',
        'least',
        'others µs',
        'requests/s',
        'p50 ms',
        'p99 ms',
        'MiB idle',
        'MiB loaded',
        'first response ms',
      ],
      all.map((each) => [
        each.program.title,
        medianOf(each, 'cpuMicroseconds').toFixed(1),
        leastCpu(each).toFixed(1),
        medianOf(each, 'othersMicroseconds').toFixed(1),
        medianOf(each, 'requestsPerSecond').toFixed(0),
        medianOf(each, 'p50Ms').toFixed(2),
        medianOf(each, 'p99Ms').toFixed(2),
        (median(each.idleBytes) / MIB).toFixed(0),
        (each.loadedBytes / MIB).toFixed(0),
        median(each.firstResponsesMs).toFixed(0),
      ]),
    ),
    '',
    `Ratios to ${baseline.program.title}`,
    '',
    ...table(
      [
        'program',
        'CPU',
        'lowest - highest',
        'of the least',
        'requests/s',
        'p50',
        'p99',
        'idle',
        'loaded',
        'first response',
      ],
      all.map((each) => {
        const cpu = ratios(each, baseline, 'cpuMicroseconds')
        return [
          each.program.title,
          median(cpu).toFixed(2),
          `${Math.min(...cpu).toFixed(2)} - ${Math.max(...cpu).toFixed(2)}`,
          (leastCpu(each) / leastCpu(baseline)).toFixed(2),
          median(ratios(each, baseline, 'requestsPerSecond')).toFixed(2),
          median(ratios(each, baseline, 'p50Ms')).toFixed(2),
          median(ratios(each, baseline, 'p99Ms')).toFixed(2),
          (median(each.idleBytes) / median(baseline.idleBytes)).toFixed(2),
          (each.loadedBytes / baseline.loadedBytes).toFixed(2),
          (median(each.firstResponsesMs) / median(baseline.firstResponsesMs)).toFixed(2),
        ]
      }),
    ),
    '',
    ...errors.map(
      ({ program, socketErrors }) => `! ${program.title}: ${socketErrors} connections failed or timed out.`,
    ),
    HOW_TO_READ,
  ].join('\n')
}

const HOW_TO_READ = `How to read it: CPU is the program's own time (user and system, its children's included) for one request, and the number
that depends least on what else the machine does. Its ratio is the median of the rounds' ratios; where lowest and highest
are far apart, the machine was busy: take more rounds, and look at the ratio of the least. Requests a second and latency
depend on how the cores are shared with wrk and the upstream, whose CPU for one request stands under "others": N cores give
no more than N s / (CPU + others) responses a second. At full load latency is mostly waiting in line.
Memory is resident, what processes share counted for each. Only this proxy checks callers, keeps a token, counts and
logs, but for "its log on"; logs go to a file.
`

type Quantity = keyof Round

function medianOf({ rounds }: Measured, quantity: Quantity): number {
  return median(rounds.map((round) => round[quantity]))
}

/** What a request costs where nothing else gets in the way. */
function leastCpu({ rounds }: Measured): number {
  return Math.min(...rounds.map(({ cpuMicroseconds }) => cpuMicroseconds))
}

/** Round by round: both were measured within seconds of each other. */
function ratios(each: Measured, baseline: Measured, quantity: Quantity): number[] {
  return each.rounds.map((round, i) => round[quantity] / baseline.rounds[i]![quantity])
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), line(rule), ...rows.map(line)]
}
