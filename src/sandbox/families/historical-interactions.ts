import { queues, seededPerson } from '../data/people.js'
import { seededHex, seededNumber, seededPick } from '../data/seeded.js'
import { occurrences } from '../data/time-series.js'
import { medias, rowOf, type ReportQuery, type Row } from './historical-rows.js'

const interactionStepMs = 10 * 60_000

/** Returns one row for each interaction in the report's window. */
export function detailedRows({ metrics, window }: ReportQuery): readonly Row[] {
  return occurrences(window, interactionStepMs).map((index) => {
    const known = interaction(index)
    return rowOf(Object.fromEntries(metrics.map((metric) => [metric, known[metric] ?? null])))
  })
}

/** An interaction under the names that both detailed reports have for it; what is not known of it is null. */
function interaction(index: number): Readonly<Record<string, unknown>> {
  const seed = `interaction ${index}`
  const agent = seededPerson(seed)
  const queue = queues[seededNumber(seed, 0, queues.length - 1)]
  const handlingMs = seededNumber(seed, 5_000, 900_000)
  const startMs = index * interactionStepMs
  const time = new Date(startMs).toISOString()
  return {
    time,
    creationTime: time,
    finishedTime: { value: new Date(startMs + handlingMs).toISOString(), ongoing: false },
    interactionId: `int-${seededHex(seed, 16)}`,
    transactionId: String(index),
    direction: 'InboundDir',
    mediaType: queue && medias[queue.channel],
    queueId: queue?.id,
    queueName: queue?.name,
    participantId: agent.agentId,
    participantName: agent.name,
    participantType: 'Agent',
    participantHandlingDuration: { value: handlingMs, ongoing: false },
    interactionDuration: { value: handlingMs, ongoing: false },
    outcome: seededPick(`${seed} outcome`, ['Handled', 'Abandoned', 'Diverted']),
    interactionLabels: index % 3 === 0 ? ['Queued', 'Accepted'] : ['Queued'],
    wrapUpCode: index % 4 === 0 ? null : 'Resolved',
    agent: agent.name,
    agentId: agent.agentId,
    agentGroupId: agent.groupId,
    status: seededPick(`${seed} status`, ['Available', 'Busy', 'OnBreak']),
  }
}
