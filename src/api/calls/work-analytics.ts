import type { FamilyCalls } from '../call.js'
import { workCalls } from './work-calls.js'
import { workHistorical, workHistorical1 } from './work-historical.js'
import { workPbxes } from './work-pbxes.js'

/** Source: 8x8's guides about Work Analytics and its three specifications: historical, customer data, live. */
export const workAnalytics: FamilyCalls = {
  family: 'work-analytics',
  description:
    'Calls of 8x8 Work: records, summaries, live queues. In Admin Console the product is "Analytics for 8x8 Work"; ' +
    'a key without it gets a 400 with the code 105-400-038. ' +
    "The login is a user's own: with `X8_WORK_USERNAME` and `X8_WORK_PASSWORD` the proxy does it.",
  calls: [...workHistorical.calls, ...workPbxes.calls, ...workCalls.calls, ...workHistorical1.calls],
}
