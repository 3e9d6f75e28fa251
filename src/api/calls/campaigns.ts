import type { FamilyCalls } from '../call.js'
import { json } from '../parts.js'

const BASE = '/cc/{campaignSite}/campaigns/v1/{campaignId}'
const TYPE = 'application/vnd.campaigns.v1+json'

/** Source: 8x8's guides "CC Campaigns" and its specification "Contact Center Campaigns API". */
export const campaigns: FamilyCalls = {
  family: 'campaigns',
  description:
    'Dynamic outbound campaigns of the Contact Center (beta). In Admin Console the product is "Contact Center ' +
    'Campaigns". The header `X-8x8-Tenant` must be there: from `X8_TENANT`, or tick it here.',
  calls: [
    {
      id: 'addCampaignRecords',
      title: 'Add records to a campaign',
      description: "1 to 100 records at a time. 8x8's guide says 200, its specification 201.",
      docs: 'actions-events/reference/add-records',
      method: 'POST',
      path: `${BASE}/records`,
      body: { type: TYPE, example: { records: [{ crmRecordId: 'CRM-12345', priority: 'HIGH', rank: 1 }] } },
      response: json(200, TYPE),
    },
    {
      id: 'modifyCampaign',
      title: 'Change the state of a campaign',
      description: 'Not every state follows every other: see "State machine" in the guide.',
      docs: 'actions-events/reference/modify-campaign',
      method: 'PATCH',
      path: BASE,
      body: { type: TYPE, example: { action: 'BUILD' } },
      response: json(200, TYPE),
    },
  ],
}
