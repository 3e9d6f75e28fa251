import { median, range, ratio } from './statistics.js'
import { table } from './table.js'
import type { Direction, Transfer, Transferred } from './transfers.js'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

/** Downloads, or uploads, as a table in Markdown. */
export function reportTransfers(
  direction: Direction,
  all: readonly Transferred[],
  baseline: Transferred,
): string {
  const { rounds } = baseline
  return [
    `${direction === 'download' ? 'Downloads' : 'Uploads'} of ${(rounds[0]!.bytes / MIB).toFixed(0)} MiB, medians of ${rounds.length} rounds, with ratios to ${baseline.program.title}`,
    '',
    ...table(
      ['program', 'MiB/s', 'ratio', 'CPU s a GiB', 'ratio', 'lowest - highest', 'MiB growth'],
      all.map((each) => {
        const cpu = ratio(each.rounds, rounds, cpuSecondsPerGib)
        return [
          each.program.title,
          median(each.rounds.map(mibPerSecond)).toFixed(0),
          ratio(each.rounds, rounds, mibPerSecond).median.toFixed(2),
          median(each.rounds.map(cpuSecondsPerGib)).toFixed(2),
          cpu.median.toFixed(2),
          range(cpu),
          (Math.max(...each.rounds.map(({ growthBytes }) => growthBytes)) / MIB).toFixed(0),
        ]
      }),
    ),
    '',
  ].join('\n')
}

/** How to read both tables. */
export const HOW_TO_READ_TRANSFERS = `CPU is the program's own. Growth is how much more was resident at most than after a transfer to warm up, in any round.
`

function mibPerSecond({ bytes, seconds }: Transfer): number {
  return bytes / MIB / seconds
}

function cpuSecondsPerGib({ bytes, cpuMicroseconds }: Transfer): number {
  return cpuMicroseconds / 1e6 / (bytes / GIB)
}
