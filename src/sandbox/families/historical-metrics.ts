/** The metrics of each type of report, as 8x8's guides list them. */
export const metrics = {
  'agent-status-by-status-code': names(`
    loggedInTime statusCodeCount statusCodeTime timePercentage
  `),
  'agent-status-logged-in': names(`
    loggedInTime
  `),
  'agent-status-time-on-status': names(`
    availableTime availableTimePercentage busyTime busyTimePercentage handlingTime
    handlingTimePercentage loggedInTime offeringTime offeringTimePercent onBreakTime
    onBreakTimePercentage workingOfflineTime workingOfflineTimePercentage wrapUpTime
    wrapUpTimePercentage
  `),
  'queue-interactions-summary': names(`
    accepted acceptedInSla acceptedInSlaPercentage acceptedPercentage avgAbandonTime avgBusyTime
    avgHandlingTime avgProcessingTime avgWaitBeforeAcceptedTime avgWaitTime avgWrapUpTime
    busyTime diverted entered handlingTime longestAbandonTime longestWaitBeforeAcceptTime
    longestWaitTime newInQueue parked processingTime slaPercentage totalAbandonTime
    totalAbandoned totalAbandonedPercentage voicemailsLeft waitingInQueue waitingInQueueTime
    wrapUpTime
  `),
  'agent-interactions-by-wrap-up-code': names(`
    transactionCodeCount transactionCodeTime
  `),
  'agent-interactions-call-summary': names(`
    avgDirectInboundTime avgDirectOutboundTime avgHoldTime blindTransferToAgent
    blindTransferToQueue blindTransfersInitiated blindTransfersReceived conferenceTime
    conferences conferencesEstablished conferencesEstablishedTime conferencesReceived
    conferencesReceivedTime consultationsEstablished directInbound directInboundTime
    directOutbound directOutboundTime hold holdTime internalCalls internalCallsInitiated
    internalCallsReceived internalCallsTime longestHoldTime transfersInitiated transfersReceived
    warmTransfersCompleted warmTransfersReceived
  `),
  'agent-interactions-handling-and-wrap-up': names(`
    avgBusyTime avgHandlingTime avgOfferingTime avgProcessingTime avgWrapUpTime busyTime
    handlingTime offeringTime processingTime wrapUpTime
  `),
  'agent-interactions-summary': names(`
    abandoned abandonedPercentage accepted acceptedPercentage alerting assignedInteractions
    avgBusyTime avgFocusTime avgHandlingTime avgHoldTime avgSpeedToAnswer avgWrapUpTime
    blindTransferToAgent blindTransferToQueue blindTransfersInitiated blindTransfersReceived
    busyTime focusTime handlingTime hold holdTime longestHoldTime longestOfferingTime
    offeringTime parked presented processingTime rejectTimeout rejected rejectedPercentage
    transfersInitiated transfersInitiatedPercentage transfersReceived warmTransfersCompleted
    warmTransfersReceived wrapUpTime
  `),
  'digital-channels-summary': names(`
    avgSpeedToAnswer countOfInteractions handlingDuration numberOfRepliedEmails offeringDuration
    parkDuration queueWaitDuration scriptTreatmentDuration totalInteractionsDuration
    wrapUpDuration
  `),
  'detailed-reports-interaction-details': names(`
    agentNotes blindTransferToAgent blindTransferToQueue campaignId campaignName caseFollowUp
    caseNumber channelId channelName chatType conferencesEstablished consultationsEstablished
    creationTime customerEmail customerJourneyDuration customerName customerPhone destination
    destinationQueueId destinationQueueName direction dispositionAction externalTransactionData
    facebookId finishedTime interactionDuration interactionId interactionLabels interactionType
    ivrTreatmentDuration journeyId mediaType originalInteractionId originalTransactionId
    origination outboundPhoneCode outboundPhoneCodeId outboundPhoneCodeList
    outboundPhoneCodeListId outboundPhoneCodeText outboundPhoneShortCode outcome
    participantAssignNumber participantAssignReason participantAssignTime
    participantBusyDuration participantComments participantFocus participantFocusDuration
    participantGroupId participantGroupName participantHandlingDuration
    participantHandlingEndTime participantHandlingOutcome participantHold
    participantHoldDuration participantId participantLongestHoldDuration
    participantLongestFocusDuration participantLongestMuteDuration participantMute
    participantMuteDuration participantName participantOfferAction participantOfferActionTime
    participantOfferDuration participantOfferTime participantParkDuration participantPark
    participantProcessingDuration participantType participantWrapUpDuration
    participantWrapUpEndTime queueId queueName queueTime queueWaitDuration recordId
    recordingFileNames scheduleHours state subject terminatedBy time timeToAbandon transactionId
    transfers twitterId warmTransfersCompleted wrapUpCode wrapUpCodeId wrapUpCodeList
    wrapUpCodeListId wrapUpCodeText wrapUpShortCode
  `),
  'detailed-reports-agent-status-change': names(`
    agent agentGroup agentGroupId agentId interactionId status statusCode statusCodeId
    statusCodeList statusCodeListId statusCodeShortCode statusCodeText time transactionId
  `),
} as const

/** Splits a list of names, written so that it compares easily with the guides. */
function names(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
