import { apiKey } from '../access.js'
import { json } from '../answers.js'
import type { Answer, Call } from '../exchange.js'
import type { Family } from '../family.js'
import { list } from '../parameters.js'
import { queues, somebody } from '../people.js'
import { seededNumber, seededPick } from '../seeded.js'
import { tenantExists } from '../tenants.js'

const most = 50
const interactionIds = Array.from({ length: 80 }, (_, index) => `int-${8_000 + index}`)

/** Source: 8x8's guide "Customer 360" and its specification. */
export const customer360: Family = {
  name: 'Customer 360',
  base: /^\/cidp-customer-360\/(?:us|uk|ca|ap)\/v1\/public\/tenants\/(?<tenant>[^/]+)/,
  access: apiKey(() => failure(401, 'Unauthorized', 'Invalid API key')),
  demands: ({ params }) => {
    return tenantExists(params['tenant'] ?? '') ? undefined : failure(404, 'Not Found', 'No such tenant')
  },
  routes: {
    'GET /interactions-insight': (call) => chosen(call, insight),
    'GET /transcript-summaries': (call) => chosen(call, summary),
  },
}

/** The interactions asked for, or the newest; never more than 50. */
function chosen({ query }: Call, show: (id: string) => unknown): Answer {
  const ids = list(query, 'interactionId')
  if (ids.length > most) return failure(400, 'Bad Request', `At most ${most} interactionId values`)
  const known = ids.length > 0 ? interactionIds.filter((id) => ids.includes(id)) : interactionIds.slice(-most)
  return json(known.map(show))
}

function insight(interactionId: string) {
  const queue = queues[seededNumber(interactionId, 0, queues.length - 1)]
  return {
    interactionId,
    queue: queue?.name,
    channel: queue?.channel,
    agent: somebody(interactionId).name,
    sentiment: seededPick(interactionId, ['POSITIVE', 'NEUTRAL', 'NEGATIVE']),
  }
}

function summary(interactionId: string) {
  return { interactionId, summary: `${somebody(interactionId).name} helped the customer with an order.` }
}

function failure(status: number, title: string, detail: string): Answer {
  return json({ status, title, detail }, status)
}
