import type { Definition, Row } from '../../api/calls/cc-historical.js'
import { company, groups, queues, seededPerson } from '../data/people.js'
import { seededHex, seededNumber, seededPick } from '../data/seeded.js'
import { occurrences } from '../data/time-series.js'
import { localTime } from '../data/time-zone.js'
import { grouped } from './cc-analytics.js'
import { isYes, labelOf, medias, rowOf, type ItemValue, type Report } from './historical-rows.js'

type Search = NonNullable<Definition['searchQuery']>[number]

const stepMs = 10 * 60_000

const LABELS = grouped(
  { interactionLabels: 'Labels', interactionType: 'Type', participantName: 'Participant' },
  {
    participantId: 'Participant ID',
    participantType: 'Participant Type',
    participantAssignNumber: 'Assign #',
  },
)

/** What a report has of each participant of an interaction, if it includes them. */
const OF_PARTICIPANT = /^(?:participant|wrapUp|blindTransfer)|Established$|TransfersCompleted$/

/** Returns a row for each interaction, change of status or survey in the report's window that it searches for. */
export function detailedRows(report: Report): readonly Row[] {
  const { definition, type, metrics, window, dateMs, isInDay } = report
  const { searchQuery = [], includeParticipants, reportSettings } = definition
  const isShown = (values: Details) =>
    (!values.isOngoing || isYes(reportSettings?.showOngoingInteractions)) &&
    searchQuery.every((search) => fits(values.of(search.field), search))
  return occurrences({ ...window, endMs: Math.min(window.endMs, dateMs) }, stepMs)
    .filter((index) => isInDay(index * stepMs))
    .map((index) => detailsOf(report, index))
    .filter(isShown)
    .map(({ of }) => {
      const values = Object.fromEntries(metrics.map((metric) => [metric, of(metric)]))
      const ofParticipant = (type.metrics ?? []).filter((metric) => OF_PARTICIPANT.test(metric))
      if (!isYes(includeParticipants)) return rowOf(values, label)
      const participant = Object.fromEntries(ofParticipant.map((metric) => [metric, alone(of(metric))]))
      return rowOf({ participants: [participant], ...values }, label)
    })
}

interface Details {
  readonly isOngoing: boolean
  /** The value of a metric; null for what is not known of it. */
  readonly of: (metric: string) => ItemValue
}

function detailsOf({ zone, dateMs }: Report, index: number): Details {
  const seed = `interaction ${index}`
  const agent = seededPerson(seed)
  const queue = queues[seededNumber(seed, 0, queues.length - 1)]!
  const number = (what: string, least: number, most: number) => seededNumber(`${seed} ${what}`, least, most)
  const [waitMs, offerMs] = [number('wait', 0, 120_000), number('offer', 1000, 20_000)]
  const [handlingMs, wrapUpMs] = [number('handling', 5_000, 900_000), number('wrap-up', 0, 30_000)]
  const startMs = index * stepMs
  const offeredMs = startMs + waitMs
  const acceptedMs = offeredMs + offerMs
  const endMs = acceptedMs + handlingMs
  const isOngoing = endMs + wrapUpMs > dateMs
  const at = (ms: number) => (ms > dateMs ? null : localTime(zone, ms).replace(/(\d\d)$/, ':$1'))
  const lasting = (ms: number) => ({ value: ms, ongoing: isOngoing })
  const transactionId = String(index % 100_000)
  const interactionId = `int-${startMs.toString(16)}-${seededHex(seed, 25)}-${queue.channel}-01-${company.tenant}`
  const group = groups.find(({ id }) => id === agent.groupId)!
  const phone = `1408555${String(seededNumber(`${seed} caller`, 0, 9999)).padStart(4, '0')}`
  const known = grouped<ItemValue>(
    { time: at(startMs), creationTime: at(startMs), queueTime: at(startMs), startTime: at(startMs) },
    {
      finishedTime: { value: at(endMs + wrapUpMs), ongoing: isOngoing },
      endTime: at(endMs),
    },
    { interactionId, transactionId, journeyId: seededHex(`journey ${index}`, 22), direction: 'InboundDir' },
    {
      mediaType: medias[queue.channel],
      channelId: `main-${queue.channel}`,
      channelName: `Main ${queue.channel}`,
    },
    {
      queueId: queue.id,
      queueName: queue.name,
      destinationQueueId: queue.id,
      destinationQueueName: queue.name,
    },
    { customerName: 'Ola Nordmann', customerPhone: phone, origination: phone, scheduleHours: 'Open' },
    {
      state: isOngoing ? 'Handling' : 'Finished',
      outcome: 'Handled',
      interactionLabels: ['Queued', 'Handled'],
    },
    { terminatedBy: 'Customer', participantAssignNumber: '1', participantAssignReason: 'Offered' },
    { participantId: [agent.agentId], participantName: [agent.name], participantType: ['Agent'] },
    {
      participantGroupId: agent.groupId,
      participantGroupName: group.name,
      participantOfferAction: ['Accepted'],
    },
    { participantOfferTime: at(offeredMs), participantOfferActionTime: at(acceptedMs) },
    { participantHandlingEndTime: at(endMs), participantWrapUpEndTime: at(endMs + wrapUpMs) },
    { queueWaitDuration: lasting(waitMs), interactionDuration: lasting(endMs - startMs) },
    { participantOfferDuration: lasting(offerMs), participantHandlingDuration: lasting(handlingMs) },
    { participantWrapUpDuration: lasting(wrapUpMs), customerJourneyDuration: lasting(endMs - startMs) },
    { participantProcessingDuration: lasting(handlingMs + wrapUpMs) },
    { participantBusyDuration: lasting(offerMs + handlingMs + wrapUpMs) },
    { wrapUpCode: index % 4 === 0 ? [] : ['Resolved'], wrapUpCodeText: index % 4 === 0 ? [] : ['Resolved'] },
    { wrapUpCodeId: [], wrapUpCodeList: [], wrapUpCodeListId: [], wrapUpShortCode: [] },
    { agent: agent.name, agentId: agent.agentId, agentGroup: group.name, agentGroupId: group.id },
    { status: seededPick(`${seed} status`, ['loggedIn', 'available', 'onBreak', 'handling', 'wrapUp']) },
    { agentIds: [agent.agentId], agentNames: [agent.name], queueIds: [queue.id], queueNames: [queue.name] },
    {
      interactionIds: [interactionId],
      transactionIds: [transactionId],
      surveyId: '1',
      surveyName: 'After the call',
    },
    { surveyType: 'stayOnCall', questionType: 'scale', answerType: 'Valid', callerNumber: phone },
    { scaleMin: '1', scaleMax: '5', achievableScore: '5', actualScore: String(1 + (index % 5)) },
  )
  const of = (metric: string) => {
    if (metric in known) return known[metric]!
    if (metric.endsWith('Duration')) return lasting(0)
    return /^blind|Established$|Completed$|(?:Hold|Mute|Focus|Park)$/.test(metric) ? '0' : null
  }
  return { isOngoing, of }
}

/** One participant's value where the row has those of all. */
function alone(value: ItemValue) {
  return Array.isArray(value) ? (value[0] ?? null) : value
}

/** Tells whether a value is what a search is for. Of a list one value is enough. */
function fits(value: ItemValue, { operator, value: wanted = '' }: Search): boolean {
  const values = [
    typeof value === 'object' && value !== null && 'value' in value ? value.value : value,
  ].flat()
  const texts = values.filter((one) => one !== null).map(String)
  const all = [wanted].flat()
  const isAmong = texts.some((one) => all.some((other) => other.toLowerCase() === one.toLowerCase()))
  const order = Number(texts[0] ?? Number.NaN) - milliseconds(all[0] ?? '')
  const [first = ''] = all
  const holds: Readonly<Record<string, boolean>> = {
    in: isAmong,
    'not-in': !isAmong,
    '=': isAmong || order === 0,
    '!=': !isAmong && order !== 0,
    '>': order > 0,
    '>=': order >= 0,
    '<': order < 0,
    '<=': order <= 0,
    contains: texts.some((one) => one.toLowerCase().includes(first.toLowerCase())),
    'is-empty': texts.length === 0,
    'is-not-empty': texts.length > 0,
  }
  return holds[operator] ?? false
}

/** Reads a number, or a duration such as `10s`, `5m`, `3h` and `7d`. */
function milliseconds(text: string): number {
  const [, number, unit = ''] = /^(\d+)([smhd]?)$/.exec(text) ?? []
  return Number(number) * ({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 1)
}

function label(key: string): string {
  return (
    LABELS[key] ??
    labelOf(key)
      .replace(/^Participant /, '')
      .replace(/ Id$/, ' ID')
      .replace(/^Ivr/, 'IVR')
  )
}
