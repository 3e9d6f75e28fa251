import type { Family } from './family.js'
import { administration } from './families/administration.js'
import { audit } from './families/audit.js'
import { ccCampaigns } from './families/campaigns.js'
import { ccChat, ccChatKeys } from './families/cc-chat.js'
import { chatCards, chatGateway } from './families/chat-gateway.js'
import { contactDirectory } from './families/contacts.js'
import { customer360 } from './families/customer-360.js'
import { customerExperience } from './families/customer-experience.js'
import { fax } from './families/fax.js'
import { historical } from './families/historical.js'
import { journey } from './families/journey.js'
import { qm } from './families/qm.js'
import { realtime } from './families/realtime.js'
import { storage } from './families/storage.js'
import { workAnalytics } from './families/work-analytics.js'
import { workChat } from './families/work-chat.js'

/** Every API that answers. The first whose base matches takes the request. */
export const families: readonly Family[] = [
  realtime,
  historical,
  storage,
  qm,
  ccChatKeys,
  ccChat,
  chatGateway,
  chatCards,
  workChat,
  workAnalytics,
  customerExperience,
  audit,
  customer360,
  journey,
  administration,
  contactDirectory,
  ccCampaigns,
  fax,
]
