import type { SandboxCall, Routes } from '../gateway/handler.js'
import { company, people, queues, sites } from '../data/people.js'
import { failure, listResponse, ownPbx } from './work-analytics-responses.js'

const pbx = { id: company.pbx, name: 'Example PBX', deleted: false }

/** What the PBX has: sites, the call queues of a site, and agents. */
export const customerDataRoutes: Routes = {
  'GET /pbxes': (call) => listResponse(call, 'pbxList', [pbx]),
  'GET /pbxes/': (call) => listResponse(call, 'pbxList', [pbx]),
  'GET /pbxes/:pbxId/sites': ownPbx((call) => {
    const all = sites.map(({ id, name }) => ({ id, pbxId: pbxOf(call), name, deleted: false }))
    return listResponse(call, 'siteList', all)
  }),
  'GET /pbxes/:pbxId/sites/:siteId/queues': ownPbx((call) => {
    const { siteId } = call.params
    return sites.some(({ id }) => id === siteId)
      ? listResponse(
          call,
          'queueList',
          queuesOf(call).filter((queue) => queue.siteId === siteId),
        )
      : failure(call, 404, `No site ${siteId}`)
  }),
  'GET /pbxes/:pbxId/queues': ownPbx((call) => listResponse(call, 'queueList', queuesOf(call))),
  'GET /pbxes/:pbxId/agents': ownPbx((call) => {
    const all = people.map(({ userId, siteId, firstName, lastName, extension }) => {
      return { id: userId, pbxId: pbxOf(call), siteId, firstName, lastName, extension, deleted: false }
    })
    return listResponse(call, 'agentList', all)
  }),
}

/** The call queues: on the PBX every queue has an extension. */
export const callQueues = queues
  .filter(({ channel }) => channel === 'phone')
  .map(({ id, name, siteId }) => ({ id, name, siteId, extensionNumber: `7${id}` }))

function queuesOf(call: SandboxCall) {
  return callQueues.map(({ id, siteId, extensionNumber, name }) => {
    return { id, pbxId: pbxOf(call), siteId, extensionNumber, name, deleted: false }
  })
}

function pbxOf({ params }: SandboxCall): string {
  return params['pbxId'] ?? company.pbx
}
