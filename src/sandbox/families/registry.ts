import type { SandboxFamily } from './family.js'
import { administration } from './administration.js'
import { audit } from './audit.js'
import { ccCampaigns } from './campaigns.js'
import { ccChat } from './cc-chat.js'
import { chatCards, chatGateway } from './chat-gateway.js'
import { contactDirectory } from './contacts.js'
import { customer360 } from './customer-360.js'
import { customerExperience } from './customer-experience.js'
import { fax } from './fax.js'
import { historical } from './historical.js'
import { journey } from './journey.js'
import { qm } from './qm.js'
import { realtime } from './realtime.js'
import { storage } from './storage.js'
import { workCalls } from './work-calls.js'
import { workHistorical, workHistorical1 } from './work-historical.js'
import { workPbxes } from './work-pbxes.js'
import { workChat } from './work-chat.js'

/** Every API of the sandbox. The first whose base matches takes the request. */
export const families: readonly SandboxFamily[] = [
  realtime,
  historical,
  storage,
  qm,
  ccChat,
  chatGateway,
  chatCards,
  workChat,
  workHistorical,
  workHistorical1,
  workPbxes,
  workCalls,
  customerExperience,
  audit,
  customer360,
  journey,
  administration,
  contactDirectory,
  ccCampaigns,
  fax,
]
