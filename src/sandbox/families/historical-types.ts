import type { ReportType } from '../../api/calls/cc-historical.js'

const OPERATORS = [
  '=',
  '!=',
  '>',
  '>=',
  '<=',
  '<',
  'contains',
  'not-in',
  'in',
  'is-empty',
  'is-not-empty',
] as const

const AGENT = ['agent', 'group', 'group-and-agent']
const MEDIA = [
  '',
  '-and-media',
  '-and-media-and-channel',
  '-and-media-and-channel-and-queue',
  '-and-media-and-queue',
]
const AGENT_AND_MEDIA = AGENT.flatMap((who) => MEDIA.map((how) => who + how))
const QUEUE = ['queue', 'media', 'media-and-channel', 'media-and-queue', 'media-and-channel-and-queue']
const QUEUE_AND_AGENT = [...QUEUE, 'queue-and-agent']

const OFFLINE = 'lowerThan30m 30m-1h 1h-1h30m 1h30m-2h 2h-3h greaterThan3h'
const ONLINE = 'lowerThan5s 5s-10s 10s-20s 20s-30s 30s-45s 45s-1m 1m-2m 2m-5m 5m-10m greaterThan10m'

/** The types of reports with their metrics, as 8x8's guides list them. */
export const reportTypes: readonly ReportType[] = [
  summary(
    'agent-interactions-summary',
    AGENT_AND_MEDIA,
    `abandoned abandonedPercentage accepted acceptedPercentage alerting assignedInteractions avgBusyTime avgFocusTime
    avgHandlingTime avgHoldTime avgSpeedToAnswer avgWrapUpTime blindTransferToAgent blindTransferToQueue
    blindTransfersInitiated blindTransfersReceived busyTime focusTime handlingTime hold holdTime longestHoldTime
    longestOfferingTime offeringTime parked presented processingTime rejectTimeout rejected rejectedPercentage
    transfersInitiated transfersInitiatedPercentage transfersReceived warmTransfersCompleted warmTransfersReceived
    wrapUpTime`,
  ),
  summary(
    'agent-interactions-call-summary',
    AGENT_AND_MEDIA,
    `avgDirectInboundTime avgDirectOutboundTime avgHoldTime blindTransferToAgent blindTransferToQueue
    blindTransfersInitiated blindTransfersReceived conferenceTime conferences conferencesEstablished
    conferencesEstablishedTime conferencesReceived conferencesReceivedTime consultationsEstablished directInbound
    directInboundTime directOutbound directOutboundTime hold holdTime internalCalls internalCallsInitiated
    internalCallsReceived internalCallsTime longestHoldTime transfersInitiated transfersReceived
    warmTransfersCompleted warmTransfersReceived`,
  ),
  summary(
    'agent-interactions-handling-and-wrap-up',
    AGENT_AND_MEDIA,
    `avgBusyTime avgHandlingTime avgOfferingTime avgProcessingTime avgWrapUpTime busyTime handlingTime offeringTime
    processingTime wrapUpTime`,
  ),
  summary('agent-interactions-by-wrap-up-code', AGENT_AND_MEDIA, 'transactionCodeCount transactionCodeTime'),
  summary('agent-status-by-status-code', AGENT, 'loggedInTime statusCodeCount statusCodeTime timePercentage'),
  summary('agent-status-logged-in', AGENT, 'loggedInTime'),
  summary(
    'agent-status-time-on-status',
    AGENT,
    `availableTime availableTimePercentage busyTime busyTimePercentage handlingTime handlingTimePercentage loggedInTime
    offeringTime offeringTimePercent onBreakTime onBreakTimePercentage workingOfflineTime workingOfflineTimePercentage
    wrapUpTime wrapUpTimePercentage`,
  ),
  summary(
    'queue-interactions-summary',
    QUEUE_AND_AGENT,
    `accepted acceptedInSla acceptedInSlaPercentage acceptedPercentage avgAbandonTime avgBusyTime avgHandlingTime
    avgProcessingTime avgWaitBeforeAcceptedTime avgWaitTime avgWrapUpTime busyTime diverted entered handlingTime
    longestAbandonTime longestWaitBeforeAcceptTime longestWaitTime newInQueue parked processingTime slaPercentage
    totalAbandonTime totalAbandoned totalAbandonedPercentage voicemailsLeft waitingInQueue waitingInQueueTime wrapUpTime`,
  ),
  summary(
    'queue-interactions-accepted-offline',
    QUEUE,
    `accepted ${spans('accepted', OFFLINE)} ${spans('acceptedPercentage', OFFLINE)}`,
  ),
  summary(
    'queue-interactions-accepted-online',
    QUEUE,
    `accepted ${spans('accepted', ONLINE)} ${spans('acceptedPercentage', ONLINE)}`,
  ),
  summary(
    'queue-interactions-abandoned',
    QUEUE,
    `${spans('abandon', ONLINE)} ${spans('abandonPercentage', ONLINE)} abandoned abandonedPercentage accepted
    acceptedPercentage avgAbandonTime diverted divertedPercentage entered longestAbandonTime newInQueue offering
    offeringPercentage shortAbandoned shortAbandonedPercentage totalAbandonTime totalAbandoned
    totalAbandonedPercentage voicemailsLeft waitingInQueue waitingInQueueTime`,
  ),
  summary(
    'digital-channels-summary',
    QUEUE_AND_AGENT,
    `avgSpeedToAnswer countOfInteractions handlingDuration numberOfRepliedEmails offeringDuration parkDuration
    queueWaitDuration scriptTreatmentDuration totalInteractionsDuration wrapUpDuration`,
  ),
  summary(
    'surveys-summary',
    QUEUE_AND_AGENT,
    'offered optedIn started completed achievableScore actualScore score',
  ),
  summary(
    'survey-questions-summary',
    QUEUE_AND_AGENT,
    'offered optedIn started completed answered skipped hungUp achievableScore actualScore score',
  ),
  {
    type: 'script-paths',
    searchQuery: { fields: ['script', 'queue', 'agent', 'channel'], operators: ['in'] },
  },
  detailed(
    'detailed-reports-interaction-details',
    `agentNotes blindTransferToAgent blindTransferToQueue campaignId campaignName caseFollowUp caseNumber channelId
    channelName chatType conferencesEstablished consultationsEstablished creationTime customerEmail
    customerJourneyDuration customerName customerPhone destination destinationQueueId destinationQueueName direction
    dispositionAction externalTransactionData facebookId finishedTime interactionDuration interactionId
    interactionLabels interactionType ivrTreatmentDuration journeyId mediaType originalInteractionId
    originalTransactionId origination outboundPhoneCode outboundPhoneCodeId outboundPhoneCodeList
    outboundPhoneCodeListId outboundPhoneCodeText outboundPhoneShortCode outcome participantAssignNumber
    participantAssignReason participantAssignTime participantBusyDuration participantComments participantFocus
    participantFocusDuration participantGroupId participantGroupName participantHandlingDuration
    participantHandlingEndTime participantHandlingOutcome participantHold participantHoldDuration participantId
    participantLongestHoldDuration participantLongestFocusDuration participantLongestMuteDuration participantMute
    participantMuteDuration participantName participantOfferAction participantOfferActionTime participantOfferDuration
    participantOfferTime participantParkDuration participantPark participantProcessingDuration participantType
    participantWrapUpDuration participantWrapUpEndTime queueId queueName queueTime queueWaitDuration recordId
    recordingFileNames scheduleHours state subject terminatedBy time timeToAbandon transactionId transfers twitterId
    warmTransfersCompleted wrapUpCode wrapUpCodeId wrapUpCodeList wrapUpCodeListId wrapUpCodeText wrapUpShortCode`,
  ),
  detailed(
    'detailed-reports-agent-status-change',
    `agent agentGroup agentGroupId agentId interactionId status statusCode statusCodeId statusCodeList statusCodeListId
    statusCodeShortCode statusCodeText time transactionId`,
  ),
  detailed(
    'detailed-reports-survey',
    `agentIds agentNames answerDigit answerType callerName callerNumber endTime interactionIds questionId questionTitle
    questionType queueIds queueNames scaleMax scaleMin startTime surveyDuration surveyId surveyName
    surveyScorePercentage surveyType transactionIds actualScore achievableScore agentGroupIds agentGroupNames channelId
    surveyIsDeleted voiceRecordingUuid`,
  ),
]

/** Returns the dimensions of a grouping, which are in its name. */
export function dimensionsOf(grouping: string): readonly string[] {
  return grouping.split('-and-')
}

/** Filters exist for every dimension but the channel. */
function summary(type: string, groupings: readonly string[], metrics: string): ReportType {
  const filters = (name: string) => dimensionsOf(name).filter((dimension) => dimension !== 'channel')
  return {
    type,
    groupBy: groupings.map((name) => ({ name, filters: filters(name).sort() })),
    metrics: words(metrics),
  }
}

function detailed(type: string, metrics: string): ReportType {
  return { type, metrics: words(metrics), searchQuery: { fields: words(metrics), operators: OPERATORS } }
}

function spans(metric: string, lengths: string): string {
  return words(lengths)
    .map((length) => `${metric}.${length}`)
    .join(' ')
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
