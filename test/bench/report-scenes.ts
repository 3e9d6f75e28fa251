import { ROUND_TRIP_MS, type Staged } from './scenes.js'
import { median } from './statistics.js'
import { table } from './table.js'

const SCENES = ['firstCall', 'polls', 'posts'] as const

/** The scenes as a table in Markdown. */
export function reportScenes(all: readonly Staged[], baseline: Staged, silenceSeconds: number): string {
  const { length: calls } = baseline.polls.latenciesMs
  return [
    `Calls now and then, ${ROUND_TRIP_MS} ms from the upstream, TLS: medians of ${calls} calls, connections opened by all of them, ratios to ${baseline.program.title}`,
    '',
    ...table(
      [
        'program',
        'first call ms',
        'opened',
        'ratio',
        `poll every ${silenceSeconds} s ms`,
        'opened',
        'ratio',
        `POST after ${silenceSeconds} s ms`,
        'opened',
        'ratio',
      ],
      all.map((each) => [
        each.program.title,
        ...SCENES.flatMap((name) => [
          median(each[name].latenciesMs).toFixed(0),
          String(each[name].connections),
          (median(each[name].latenciesMs) / median(baseline[name].latenciesMs)).toFixed(2),
        ]),
      ]),
    ),
    '',
    `Nothing can be faster than the round trip. A new connection costs two more, for TCP and for TLS 1.3. The upstream keeps
idle connections for ten minutes and gives no hint of that. The first call comes when this proxy says that it is ready, and
a second after the others accept connections.
`,
  ].join('\n')
}
