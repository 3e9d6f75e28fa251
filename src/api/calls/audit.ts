import type { FamilyCalls } from '../call.js'
import { DECLARES_JSON, json, optional, required, suggested } from '../parts.js'

/** Source: 8x8's guide "Audit Records" and its specification. */
export const audit: FamilyCalls = {
  family: 'audit',
  description: 'Who changed what in Admin Console and elsewhere.',
  calls: [
    {
      id: 'auditRecords',
      title: 'Audit records',
      description:
        'At most 31 days at a time. `scrollId` of the response leads to the next page; null is the end.',
      docs: 'analytics/reference/get-audit-records',
      method: 'GET',
      path: '/administration/audit/v1/audits',
      query: [
        required('startTime', '{{fromDate}}T00:00:00.000Z', 'From when.'),
        required('endTime', '{{toDate}}T00:00:00.000Z', 'Until when.'),
        required('service', 'platform', 'The service that made the records.'),
        suggested('size', 20, 'Records a page, at most 100.'),
        optional('entityTypes', 'user,ringgroup,extension', 'Only these, joined with commas.'),
        optional(
          'eventTypes',
          'create,update',
          'create, delete, update, view or export, joined with commas.',
        ),
        optional('displayName', '*Main*', 'The name of what was changed; * stands for anything.'),
        optional('auditUserId', 'HTHiKjDEFfK7X03ABCj_IQ', 'Who did it.'),
        optional('scrollId', '', 'From the response before; leave it out for the first page.'),
      ],
      headers: [DECLARES_JSON],
      response: json(200, 'application/json;charset=UTF-8'),
    },
  ],
}
