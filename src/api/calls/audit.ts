import { DECLARES_JSON, allow, commas, describeFamily, need, offer, returns, SCROLLED } from '../describe.js'
import { dateTime, named, nullable, oneOf, type ValueOf, whole } from '../shape.js'

const TYPE = 'application/json;charset=UTF-8'

const EVENT = oneOf('create', 'delete', 'update', 'view', 'export')

const AUDIT_RECORD = named('AuditRecord', {
  id: '1fc519a4-2008-4234-b720-9cfdaf8866e6',
  customerId: '0012J00002ExampleAA',
  service: 'platform',
  displayName: 'Main ringgroup',
  auditTimestamp: '2026-01-05T20:57:34.956+00:00',
  eventType: EVENT,
  entityType: 'ringgroup',
  entityKey: '100',
  auditUserId: 'HTHiKjDEFfK7X03ABCj_IQ',
  impersonator: nullable('UgDHZNAZTduIVLE5lkjOkg'),
  // JSON within JSON.
  details: '{"new":{"id":"100","name":"Main ringgroup"}}',
  correlationType: nullable('user'),
  correlationId: nullable('1234563AB'),
})
export type AuditRecord = ValueOf<typeof AUDIT_RECORD>

const PROBLEM = named('SpringProblem', {
  timestamp: '2026-01-05T18:44:14.804Z',
  status: 400,
  error: 'Bad Request',
  message: 'startTime is required',
  path: '/administration/audit/v1/audits',
})

/** Source: 8x8's guide "Audit Records" and its specification. */
export const audit = describeFamily({
  family: 'audit',
  description: 'Who changed what in Admin Console and elsewhere.',
  base: '/administration/audit/v1',
  headers: [DECLARES_JSON],
  errors: [returns(PROBLEM, 400, TYPE)],
  calls: {
    auditRecords: {
      title: 'Audit records',
      description:
        'At most 31 days at a time. `scrollId` of the response leads to the next page; null is the end.',
      docs: 'analytics/reference/get-audit-records',
      path: 'GET /audits',
      query: {
        startTime: need(dateTime('{{fromDate}}T00:00:00.000Z'), 'From when.'),
        endTime: need(dateTime('{{toDate}}T00:00:00.000Z'), 'Until when.'),
        service: need('platform', 'The service that made the records.'),
        size: offer(whole(20, 1, 100), 'Records a page, at most 100.', 20),
        entityTypes: commas(allow(['user'], 'Only these, joined with commas.')),
        eventTypes: commas(allow([EVENT], 'create, delete, update, view or export, joined with commas.')),
        displayName: allow('*Main*', 'The name of what was changed; * stands for anything.'),
        auditUserId: allow('HTHiKjDEFfK7X03ABCj_IQ', 'Who did it.'),
        scrollId: allow('', 'From the response before; leave it out for the first page.'),
      },
      response: returns(
        {
          meta: { totalRecordCount: 240, scrollId: nullable('1fc519a4-2008-4234-b720-9cfdaf8866e6') },
          data: [AUDIT_RECORD],
        },
        200,
        TYPE,
      ),
      paging: { ...SCROLLED, size: 'size', end: null },
      deviates:
        "8x8's specification calls `totalRecordCount` the count of the page; here it is that of all pages, as in the guide of Work Analytics. `impersonator` and the correlation may be null, as in the guide.",
    },
  },
})
