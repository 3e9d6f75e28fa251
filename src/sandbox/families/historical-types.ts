import { OPERATORS, type ReportType } from '../../api/calls/cc-historical.js'

const agents = ['agent', 'group', 'group-and-agent']
const media =
  ' -and-media -and-media-and-channel -and-media-and-channel-and-queue -and-media-and-queue'.split(' ')
const queues = ['queue', 'media', 'media-and-channel', 'media-and-queue', 'media-and-channel-and-queue']
const groupings: Readonly<Record<string, readonly string[]>> = {
  agents,
  queues,
  'agents by media': agents.flatMap((who) => media.map((how) => who + how)),
  'queues and agents': [...queues, 'queue-and-agent'],
}

/** What interactions are counted by, where a metric is one for each length. */
const lengths: Readonly<Record<string, string>> = {
  OFFLINE: 'lowerThan30m 30m-1h 1h-1h30m 1h30m-2h 2h-3h greaterThan3h',
  ONLINE: 'lowerThan5s 5s-10s 10s-20s 20s-30s 30s-45s 45s-1m 1m-2m 2m-5m 5m-10m greaterThan10m',
}

/** The types of reports, how they are grouped, and their metrics, as 8x8's guides list them. */
const TABLE = `
agent-interactions-summary (agents by media):
  abandoned abandonedPercentage accepted acceptedPercentage alerting assignedInteractions avgBusyTime
  avgFocusTime avgHandlingTime avgHoldTime avgSpeedToAnswer avgWrapUpTime blindTransferToAgent
  blindTransferToQueue blindTransfersInitiated blindTransfersReceived busyTime focusTime handlingTime hold
  holdTime longestHoldTime longestOfferingTime offeringTime parked presented processingTime rejectTimeout
  rejected rejectedPercentage transfersInitiated transfersInitiatedPercentage transfersReceived
  warmTransfersCompleted warmTransfersReceived wrapUpTime
agent-interactions-call-summary (agents by media):
  avgDirectInboundTime avgDirectOutboundTime avgHoldTime blindTransferToAgent blindTransferToQueue
  blindTransfersInitiated blindTransfersReceived conferenceTime conferences conferencesEstablished
  conferencesEstablishedTime conferencesReceived conferencesReceivedTime consultationsEstablished
  directInbound directInboundTime directOutbound directOutboundTime hold holdTime internalCalls
  internalCallsInitiated internalCallsReceived internalCallsTime longestHoldTime transfersInitiated
  transfersReceived warmTransfersCompleted warmTransfersReceived
agent-interactions-handling-and-wrap-up (agents by media):
  avgBusyTime avgHandlingTime avgOfferingTime avgProcessingTime avgWrapUpTime busyTime handlingTime
  offeringTime processingTime wrapUpTime
agent-interactions-by-wrap-up-code (agents by media):
  transactionCodeCount transactionCodeTime
agent-status-by-status-code (agents):
  loggedInTime statusCodeCount statusCodeTime timePercentage
agent-status-logged-in (agents):
  loggedInTime
agent-status-time-on-status (agents):
  availableTime availableTimePercentage busyTime busyTimePercentage handlingTime handlingTimePercentage
  loggedInTime offeringTime offeringTimePercent onBreakTime onBreakTimePercentage workingOfflineTime
  workingOfflineTimePercentage wrapUpTime wrapUpTimePercentage
queue-interactions-summary (queues and agents):
  accepted acceptedInSla acceptedInSlaPercentage acceptedPercentage avgAbandonTime avgBusyTime
  avgHandlingTime avgProcessingTime avgWaitBeforeAcceptedTime avgWaitTime avgWrapUpTime busyTime diverted
  entered handlingTime longestAbandonTime longestWaitBeforeAcceptTime longestWaitTime newInQueue parked
  processingTime slaPercentage totalAbandonTime totalAbandoned totalAbandonedPercentage voicemailsLeft
  waitingInQueue waitingInQueueTime wrapUpTime
queue-interactions-accepted-offline (queues):
  accepted accepted.OFFLINE acceptedPercentage.OFFLINE
queue-interactions-accepted-online (queues):
  accepted accepted.ONLINE acceptedPercentage.ONLINE
queue-interactions-abandoned (queues):
  abandon.ONLINE abandonPercentage.ONLINE abandoned abandonedPercentage accepted acceptedPercentage
  avgAbandonTime diverted divertedPercentage entered longestAbandonTime newInQueue offering
  offeringPercentage shortAbandoned shortAbandonedPercentage totalAbandonTime totalAbandoned
  totalAbandonedPercentage voicemailsLeft waitingInQueue waitingInQueueTime
digital-channels-summary (queues and agents):
  avgSpeedToAnswer countOfInteractions handlingDuration numberOfRepliedEmails offeringDuration parkDuration
  queueWaitDuration scriptTreatmentDuration totalInteractionsDuration wrapUpDuration
surveys-summary (queues and agents):
  offered optedIn started completed achievableScore actualScore score
survey-questions-summary (queues and agents):
  offered optedIn started completed answered skipped hungUp achievableScore actualScore score
detailed-reports-interaction-details (single):
  agentNotes blindTransferToAgent blindTransferToQueue campaignId campaignName caseFollowUp caseNumber
  channelId channelName chatType conferencesEstablished consultationsEstablished creationTime customerEmail
  customerJourneyDuration customerName customerPhone destination destinationQueueId destinationQueueName
  direction dispositionAction externalTransactionData facebookId finishedTime interactionDuration
  interactionId interactionLabels interactionType ivrTreatmentDuration journeyId mediaType
  originalInteractionId originalTransactionId origination outboundPhoneCode outboundPhoneCodeId
  outboundPhoneCodeList outboundPhoneCodeListId outboundPhoneCodeText outboundPhoneShortCode outcome
  participantAssignNumber participantAssignReason participantAssignTime participantBusyDuration
  participantComments participantFocus participantFocusDuration participantGroupId participantGroupName
  participantHandlingDuration participantHandlingEndTime participantHandlingOutcome participantHold
  participantHoldDuration participantId participantLongestHoldDuration participantLongestFocusDuration
  participantLongestMuteDuration participantMute participantMuteDuration participantName
  participantOfferAction participantOfferActionTime participantOfferDuration participantOfferTime
  participantParkDuration participantPark participantProcessingDuration participantType
  participantWrapUpDuration participantWrapUpEndTime queueId queueName queueTime queueWaitDuration recordId
  recordingFileNames scheduleHours state subject terminatedBy time timeToAbandon transactionId transfers
  twitterId warmTransfersCompleted wrapUpCode wrapUpCodeId wrapUpCodeList wrapUpCodeListId wrapUpCodeText
  wrapUpShortCode
detailed-reports-agent-status-change (single):
  agent agentGroup agentGroupId agentId interactionId status statusCode statusCodeId statusCodeList
  statusCodeListId statusCodeShortCode statusCodeText time transactionId
detailed-reports-survey (single):
  agentIds agentNames answerDigit answerType callerName callerNumber endTime interactionIds questionId
  questionTitle questionType queueIds queueNames scaleMax scaleMin startTime surveyDuration surveyId
  surveyName surveyScorePercentage surveyType transactionIds actualScore achievableScore agentGroupIds
  agentGroupNames channelId surveyIsDeleted voiceRecordingUuid`

export const reportTypes: readonly ReportType[] = [
  ...TABLE.trim()
    .split(/\n(?=\S)/)
    .map(read),
  {
    type: 'script-paths',
    searchQuery: { fields: ['script', 'queue', 'agent', 'channel'], operators: ['in'] },
  },
]

/** Returns the dimensions of a grouping, which are in its name. */
export function dimensionsOf(grouping: string): readonly string[] {
  return grouping.split('-and-')
}

function read(text: string): ReportType {
  const [, type = '', by = '', words = ''] = /^(\S+) \((.*)\):\s+(.*)$/s.exec(text) ?? []
  const metrics = words.split(/\s+/).flatMap((word) => {
    const [metric = '', length = ''] = word.split('.')
    return lengths[length]?.split(' ').map((one) => `${metric}.${one}`) ?? [word]
  })
  // Filters exist for every dimension but the channel.
  const filters = (name: string) => dimensionsOf(name).filter((dimension) => dimension !== 'channel')
  const groupBy = groupings[by]?.map((name) => ({ name, filters: filters(name).sort() }))
  const searchQuery = { fields: metrics, operators: OPERATORS }
  return { type, metrics, ...(groupBy ? { groupBy } : { searchQuery }) }
}
