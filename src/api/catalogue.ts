import type { Family } from './families.js'
import { administration } from './calls/administration.js'
import { audit } from './calls/audit.js'
import type { Catalogue, FamilyCalls } from './call.js'
import { campaigns } from './calls/campaigns.js'
import { ccChat } from './calls/cc-chat.js'
import { ccHistorical } from './calls/cc-historical.js'
import { ccRealtime } from './calls/cc-realtime.js'
import { chatGateway } from './calls/chat-gateway.js'
import { contacts } from './calls/contacts.js'
import { customer360 } from './calls/customer-360.js'
import { customerExperience } from './calls/customer-experience.js'
import { fax } from './calls/fax.js'
import { journey } from './calls/journey.js'
import { qm } from './calls/qm.js'
import { storage } from './calls/storage.js'
import { VARIABLES } from './variables.js'
import { workAnalytics } from './calls/work-analytics.js'
import { workChat } from './calls/work-chat.js'

const CALLS: readonly FamilyCalls[] = [
  ccRealtime,
  ccHistorical,
  storage,
  qm,
  ccChat,
  chatGateway,
  workChat,
  workAnalytics,
  customerExperience,
  audit,
  customer360,
  journey,
  administration,
  contacts,
  campaigns,
  fax,
]

/**
 * Builds the catalogue: every call that 8x8 documents at api.8x8.com, by family, except logins, which the proxy makes.
 * @param families the proxy's table of families, which has their credentials.
 * @throws TypeError when a family of the calls is not in the table.
 */
export function catalogueOf(families: readonly Family[]): Catalogue {
  const folders = CALLS.map(({ family: name, ...folder }) => {
    const family = families.find((candidate) => candidate.name === name)
    if (family === undefined) throw new TypeError(`The catalogue has calls of ${name}, which is no family`)
    return { ...folder, family }
  })
  return { folders, variables: VARIABLES }
}
