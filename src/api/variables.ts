import type { Variable } from './call.js'

/**
 * The variables of the calls: values that differ from account to account. The defaults exist in the sandbox. Lists and
 * creations fill some in; the id of what a call changes or deletes is never taken from a list.
 */
export const VARIABLES: Readonly<Record<string, Variable>> = {
  fromDate: variable('2026-01-05', 'The first day that is asked about, as YYYY-MM-DD.'),
  toDate: variable('2026-01-07', 'The day after the last one that is asked about.'),
  timezone: variable('Europe/Helsinki', 'IANA name of a time zone that the tenant has.'),
  analyticsRegion: variable('', 'Contact Center analytics: empty for the US, else /eu, /au or /ca.'),
  region: variable('us-west', 'Storage and Quality Management: us-west, us-east, uk, ap or ca.'),
  chatRegion: variable('us', 'Contact Center Chat: us, eu, ca or ap.'),
  customerRegion: variable('us', 'Customer 360: us, uk, ca or ap. Customer Experience: us or uk.'),
  campaignSite: variable(
    'US1',
    "The Contact Center site of campaigns, such as US1, US2 or UK3, in 8x8's capitals.",
  ),
  tenantId: variable('sandbox-tenant', 'Contact Center tenant: 8x8 Configuration Manager > Home.'),
  pbxName: variable('sandbox-pbx', 'Name of the PBX.'),
  pbxId: variable(
    'sandbox-pbx',
    'Id of the PBX, or allpbxes where a summary or a list of calls is asked for.',
  ),
  queueId: variable('101', 'Contact Center queue.'),
  groupId: variable('201', 'Group of Contact Center agents.'),
  agentId: variable('ag36929ea2c3d36577dee6', 'Contact Center agent of the queue.'),
  groupAgentId: variable('ag36929ea2c3d36577dee6', 'Contact Center agent of the group.'),
  reportType: variable('queue-interactions-summary', 'Type of a historical report.'),
  reportId: variable('1', 'Historical report, from its creation.'),
  detailedReportId: variable('1', 'Detailed report, from its creation.'),
  objectId: variable('e5c818c7-a633-4bbb-a0b5-b0c2aae56ddd', 'Stored object, from the list.'),
  objectToDelete: variable(
    'fe5ee40b-2aef-499e-ab1a-20143aee0369',
    'Stored object to be deleted: only ever set by hand.',
  ),
  zipName: variable('00000000-0000-4000-a000-000000000000.zip', 'Bulk download, from its start.'),
  bucketId: variable('9c6aa1ab-cd7b-4ba0-a94a-bbaf05a0592b', 'Bucket, from the list.'),
  interactionGuid: variable(
    'int-19b8b741800-020937ecf9219937afd3a971a-phone-01-exampletenant01',
    'Recorded interaction, from the list.',
  ),
  interactionToMark: variable(
    'int-19b8b741800-020937ecf9219937afd3a971a-phone-01-exampletenant01',
    'Recorded interaction whose custom field is changed: only ever set by hand.',
  ),
  interactionToDelete: variable(
    'int-19b8b866780-31bdfcd6cb32a1de8d8600610-phone-01-exampletenant01',
    'Recorded interaction to be deleted: only ever set by hand.',
  ),
  interactionToPurge: variable(
    'int-19b8b98b700-4e9be604a21eff18de54499b7-phone-01-exampletenant01',
    'Recorded interaction to be purged: only ever set by hand.',
  ),
  customField: variable('customField1', 'Custom field of an interaction: customField1 to customField15.'),
  userReference: variable('283', 'User of Quality Management, from the list.'),
  evaluationId: variable('122748', 'Evaluation, from the list.'),
  categoryId: variable('1', 'Category of Speech Analytics, from the list.'),
  webHookId: variable('hook-1', 'Web hook of Contact Center Chat, from its creation.'),
  chatChannelId: variable('channel-1', 'Channel of Contact Center Chat, from its creation.'),
  chatConversationId: variable('ID-1', 'Conversation of Contact Center Chat, from its creation.'),
  jwkId: variable('EXaiWfZe20eSjklZ70074w', 'Key that signs web hook events: `kid` of the signature.'),
  gatewayWebhookId: variable('wh-1', 'Webhook of the Chat Gateway, from its creation.'),
  gatewayChannelId: variable('ch-1', 'Channel of the Chat Gateway, from its creation.'),
  gatewayConversationId: variable('cv-1', 'Conversation of the Chat Gateway, from its creation.'),
  gatewayMessageId: variable('ms-1', 'Message of that conversation.'),
  gatewayAttachmentId: variable('at-1', 'Attachment of that conversation, from its upload.'),
  cardId: variable('card-1', 'Card of a message.'),
  room: variable('CHAPI sandbox', 'Public room of 8x8 Work.'),
  siteId: variable('c88f52c0-caca-4dce-a66f-3ce89217b2bc', 'Site of the PBX.'),
  callId: variable('b7134bc5c8b9003d', 'Call, from the list of calls.'),
  extension: variable('1001', 'Extension number.'),
  ringGroupId: variable('201', 'Ring group of the PBX.'),
  ringGroupExtension: variable('6201', 'Extension of a ring group, from their summary.'),
  callerAddress: variable('+14085550100', 'Who called without getting through, from the unreturned calls.'),
  customerExperienceToken: variable(
    '00000000-0000-4000-a000-000000000000',
    'UUID that 8x8 sends by mail on request. The sandbox takes any.',
  ),
  interactionId: variable('int-245496', 'Contact Center interaction.'),
  createdUserId: variable('132e9c9089b64a6eca08b1', 'User, from its creation.'),
  createdRingGroupId: variable('201', 'Ring group, from its creation.'),
  createdSiteId: variable('c88f52c0-caca-4dce-a66f-3ce89217b2bc', 'Site, from its creation.'),
  createdAddressId: variable('e24f634f-221b-43d5-a1b0-85a7a95ae2e0', 'Address, from its creation.'),
  operationId: variable('op_123456789', 'Operation that a change has started.'),
  phoneNumber: variable('+14085551000', 'Phone number, in E.164 form.'),
  contactId: variable('dcfa3d71-b5a0-45af-a99c-6893b4969167', 'Contact, from its creation.'),
  campaignId: variable('123e4567-e89b-12d3-a456-426614174000', 'Dynamic campaign, a UUID.'),
  faxId: variable('fax-1', 'Fax, from its sending.'),
  faxToDelete: variable('fax-25', 'Fax to be deleted in bulk: only ever set by hand.'),
  did: variable('+14085552000', 'Phone number that receives faxes.'),
  faxWebhookId: variable('1', 'Webhook for fax events, from its creation.'),
}

function variable(value: string, description: string): Variable {
  return { value, description }
}
