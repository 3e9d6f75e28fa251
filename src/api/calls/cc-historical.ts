import type { ResponseSpec, FamilyCalls } from '../call.js'
import { accept, json, JSON_TYPE, optional, paged } from '../parts.js'

const BASE = '/analytics/cc/v8/historical-metrics'
const REPORT: ResponseSpec = json(200, 'application/json;charset=UTF-8')
const DATE_RANGE = { start: '{{fromDate}}T00:00:00.000Z', end: '{{toDate}}T00:00:00.000Z' }

/**
 * Source: 8x8's guides "CC Historical Analytics Summary Report" and "... Detailed Report" and its specification of
 * the historical metrics, version 8.
 */
export const ccHistorical: FamilyCalls = {
  family: 'cc-historical',
  description:
    'Reports about the Contact Center. Create one, ask for its status until it is DONE, then read it page by page ' +
    'or download it. A detailed report is DONE at once. Surveys are reports too.',
  regions: ['', '/eu', '/au', '/ca'],
  calls: [
    {
      id: 'historicalReportTypes',
      title: 'Types of reports',
      docs: 'analytics/reference/cc-historical-analytics-report-types',
      method: 'GET',
      path: `${BASE}/report-types`,
      response: REPORT,
    },
    {
      id: 'historicalReportType',
      title: 'Type of report: groupings, filters, metrics',
      docs: 'analytics/reference/cc-historical-analytics-report-type-by-type',
      method: 'GET',
      path: `${BASE}/report-types/{reportType}`,
      response: REPORT,
    },
    {
      id: 'createHistoricalReport',
      title: 'Create a report',
      docs: 'analytics/reference/cc-historical-report-create',
      method: 'POST',
      path: BASE,
      body: {
        type: JSON_TYPE,
        example: {
          type: '{{reportType}}',
          title: 'Queues by day',
          dateRange: DATE_RANGE,
          granularity: 'day',
          groupBy: { name: 'queue' },
          timezone: '{{timezone}}',
          includeGrandTotal: true,
        },
      },
      response: REPORT,
      keeps: { reportId: ['id'] },
    },
    {
      id: 'historicalReportStatus',
      title: 'Status of a report',
      description:
        'Once DONE, the `Link` header leads to the data and to the download. Do not ask in a tight loop.',
      docs: 'analytics/reference/cc-historical-report-status-by-id',
      method: 'GET',
      path: `${BASE}/{reportId}/status`,
      response: REPORT,
      repeatsWhile: ['QUEUED', 'IN_PROGRESS'],
    },
    {
      id: 'historicalReport',
      title: 'Definition of a report',
      docs: 'analytics/reference/cc-historical-report-details-by-id',
      method: 'GET',
      path: `${BASE}/{reportId}`,
      response: REPORT,
    },
    {
      id: 'historicalReportLinks',
      title: 'Links of a report',
      docs: 'analytics/reference/cc-historical-report-links-by-id',
      method: 'GET',
      path: `${BASE}/{reportId}/links`,
      response: REPORT,
    },
    {
      id: 'historicalReportData',
      title: 'Data of a report',
      description: 'At most 10,000 rows. The `Link` header leads to the next page.',
      docs: 'analytics/reference/cc-historical-report-data-by-id',
      method: 'GET',
      path: `${BASE}/{reportId}/data`,
      query: paged(0, 100, 1000),
      response: REPORT,
    },
    {
      id: 'downloadHistoricalReport',
      title: 'Download a report',
      description: 'As CSV, or as a spreadsheet with `Accept: text/xlsx`.',
      docs: 'analytics/reference/cc-historical-report-download-by-id',
      method: 'GET',
      path: `${BASE}/{reportId}/download`,
      headers: [accept('text/csv')],
      response: { status: 200, type: 'text/csv' },
    },
    {
      id: 'createDetailedReport',
      title: 'Create a detailed report',
      docs: 'analytics/reference/cc-detailed-report-create',
      method: 'POST',
      path: `${BASE}/detailed-reports`,
      body: {
        type: JSON_TYPE,
        example: {
          type: 'detailed-reports-interaction-details',
          title: 'Interactions',
          dateRange: DATE_RANGE,
          timezone: '{{timezone}}',
        },
      },
      response: REPORT,
      keeps: { detailedReportId: ['id'] },
    },
    {
      id: 'detailedReportData',
      title: 'Data of a detailed report',
      description: 'The `Link` header, or `Last-Document-Id`, leads to the next page.',
      docs: 'analytics/reference/cc-detailed-report-data-by-id',
      method: 'GET',
      path: `${BASE}/detailed-reports/{detailedReportId}/data`,
      query: [
        ...paged(0, 100, 1000).filter(({ name }) => name === 'size'),
        optional('lastDocumentId', '', 'From the response before; leave it out for the first page.'),
      ],
      response: REPORT,
    },
  ],
}
