import {
  DECLARES_JSON,
  allow,
  describeFamily,
  offer,
  returns,
  returnsBytes,
  returnsNothing,
} from '../describe.js'
import { maybe, named, oneOf, shape, type ValueOf, whole } from '../shape.js'

const PRESIGNED = allow(true, 'Returns an address outside 8x8 that is valid for half an hour.', false)

const OBJECT_TYPES = oneOf(
  'callrecording',
  'callcenterrecording',
  'meeting',
  'voicemail',
  'callcentervoicemail',
  'screenrecording',
  'voicecommentrecording',
  'transcription',
  'agentnotes',
  'postcallsurvey',
  'sentimentScore',
  'summary',
)

/** What 8x8 tells about a stored object. Times are `YYYY-MM-DDThh:mm:ss`, in UTC although they do not say so. */
const STORAGE_OBJECT = named('StorageObject', {
  id: '9984564e-557c-42bf-9b7c-40c7b909d489',
  type: OBJECT_TYPES,
  mimeType: 'audio/wav',
  objectName: 'ipbx:examplepbx:callrecording:users:1001:1767603600000-1767603600000-1001-+14085550100_E.wav',
  checksumType: 'MD5',
  checksum: 'c03f27f4b1ca0aefea989f1c1b432d9e',
  customerId: '0012J00002ExampleAA',
  userId: '2xEVyEt2SFmZfL3v5UuEdw',
  storedBytes: 28224,
  createdTime: '2026-01-05T09:00:00',
  updatedTime: '2026-01-05T09:00:10',
  objectState: oneOf('AVAILABLE', 'PENDING', 'ARCHIVED', 'REVOKED', 'DELETED', 'FAILED'),
  bucketId: '57b3ae7b-da6a-437d-b7eb-8d109f89ef2f',
  tags: [named('StorageTag', { key: 'duration', value: '3000' })],
  shared: false,
})
export type StorageObject = ValueOf<typeof STORAGE_OBJECT>

const BUCKET = named('StorageBucket', {
  bucketId: '57b3ae7b-da6a-437d-b7eb-8d109f89ef2f',
  createdTime: '2026-01-05T09:00:00',
  updatedTime: '2026-01-05T09:00:10',
  customerId: '0012J00002ExampleAA',
  userId: '2xEVyEt2SFmZfL3v5UuEdw',
  objectList: [STORAGE_OBJECT],
  tags: [named('StorageTag', { key: 'duration', value: '3000' })],
})

const ZIP_STATUS = named('ZipStatus', {
  zipName: '0bccb889-09f1-4092-a4d7-d1b8c05c0c31.zip',
  status: oneOf('NOT_STARTED', 'IN_PROGRESS', 'DONE', 'FAILED', 'CANCELLED', 'PARTIAL_DONE'),
  content: ['9984564e-557c-42bf-9b7c-40c7b909d489'],
  url: maybe(
    'https://cloud-storage-service.s3.us-west-2.amazonaws.com/content/us-west/0bccb889.zip?X-Amz-Signature=1',
  ),
})
export type ZipStatus = ValueOf<typeof ZIP_STATUS>

const AS_IN_GUIDE =
  "8x8's specification has `storedBytes` as text, three types of objects, and ids of tags; its guide what is here."

const ERROR = shape({ message: 'limit must be <= 1000' })

/** Source: 8x8's guides "Cloud Storage Service Objects" and "... Bulk Download" and its specification. */
export const storage = describeFamily({
  family: 'storage',
  description:
    'Recordings, voicemails, transcriptions, surveys and what else 8x8 stores, by region. ' +
    'In Admin Console the product is "Call Recording & Storage"; its key also needs the role "Storage API".',
  base: '/storage/{region}/v3',
  choices: { region: ['us-west', 'us-east', 'uk', 'ap', 'ca'] },
  olderVersions: ['v1'],
  headers: [DECLARES_JSON],
  errors: [returns(ERROR, 400)],
  calls: {
    storageRegions: {
      title: 'My regions',
      description: 'Any region may be in the path of this one.',
      docs: 'analytics/docs/cloud-storage-service-bulk-download',
      path: 'GET /regions',
      response: returns(['us-west']),
    },
    storageObjects: {
      title: 'Find objects',
      description:
        'The last page says `lastPage: true`; `pageKey` of a response is the offset of the next page.',
      docs: 'analytics/reference/searchobject',
      path: 'GET /objects',
      query: {
        filter: offer('type==callrecording', 'FIQL: `;` is AND, `,` is OR, times in epoch milliseconds.'),
        sortField: offer('createdTime', 'A field or a tag.'),
        sortDirection: offer(oneOf('DESC', 'ASC'), 'ASC or DESC.', 'ASC'),
        pageKey: allow(whole(0, 0), 'Where to go on.', 0),
        limit: offer(whole(10, 1, 1000), 'Objects a page; 8x8 says at most 100.', 100),
      },
      response: returns({
        lastPage: false,
        pageKey: 10,
        pageSize: 10,
        total: 250,
        content: [STORAGE_OBJECT],
      }),
      paging: {
        kind: 'pageKey',
        parameter: 'pageKey',
        size: 'limit',
        items: ['content'],
        next: ['pageKey'],
        lastPage: ['lastPage'],
      },
      deviates:
        "8x8's specification says an array of pages, its guide one page, as here. Public programs ask for 1000 objects a page.",
      keeps: { objectId: ['content', 0, 'id'] },
    },
    storageObject: {
      title: 'Object',
      docs: 'analytics/reference/getobject',
      path: 'GET /objects/{objectId}',
      response: returns(STORAGE_OBJECT),
      errors: [returns(ERROR, 404)],
      deviates: AS_IN_GUIDE,
    },
    storageObjectMetadata: {
      title: 'Metadata of an object',
      docs: 'analytics/reference/downloadmetadata',
      path: 'GET /objects/{objectId}/metadata',
      response: returns(STORAGE_OBJECT),
      errors: [returns(ERROR, 404)],
      deviates: AS_IN_GUIDE,
    },
    storageObjectContent: {
      title: 'Content of an object',
      description: 'The recording itself, in its own media type. Use "Send and Download" in Postman.',
      docs: 'analytics/reference/downloadobject',
      path: 'GET /objects/{objectId}/content',
      query: { presignUrl: PRESIGNED },
      response: returnsBytes('*/*'),
      errors: [returns(ERROR, 404)],
      deviates: "8x8's specification says JSON, its guide the object itself, as here.",
    },
    restoreStorageObject: {
      title: 'Restore an archived object',
      description: 'From cold storage, for 1 to 10 days. It may take a day.',
      docs: 'analytics/docs/cloud-storage-service-objects',
      path: 'POST /objects/{objectId}/restore',
      body: { expirationDays: whole(1, 1, 10) },
      response: returns(STORAGE_OBJECT),
      errors: [returns(ERROR, 404)],
    },
    startBulkDownload: {
      title: 'Start a bulk download',
      docs: 'analytics/reference/startdownload',
      path: 'POST /bulk/download/start',
      body: ['{{objectId}}'],
      response: returns([ZIP_STATUS]),
      deviates: "8x8's guide has one job, its specification and newest samples a list, as here.",
      keeps: { zipName: [0, 'zipName'] },
    },
    bulkDownloadStatus: {
      title: 'Status of a bulk download',
      description: '8x8 asks for 15 to 30 seconds between two polls.',
      docs: 'analytics/reference/downloadstatus',
      path: 'GET /bulk/download/status/{zipName}',
      query: { presignUrl: PRESIGNED },
      response: returns(ZIP_STATUS),
      errors: [returns(ERROR, 404)],
      deviates: "8x8's specification says a list, its guide one job, as here.",
      repeatsWhile: ['NOT_STARTED', 'IN_PROGRESS'],
    },
    bulkDownloadStatuses: {
      title: 'Status of all bulk downloads',
      docs: 'analytics/reference/downloadstatuses',
      path: 'GET /bulk/download/status',
      response: returns([ZIP_STATUS]),
    },
    bulkDownload: {
      title: 'Download the zip',
      docs: 'analytics/reference/downloadbulk',
      path: 'GET /bulk/download/{zipName}',
      response: returnsBytes('application/octet-stream'),
      errors: [returns(ERROR, 404)],
      deviates: "8x8's specification says JSON, its guide a zip, as here.",
    },
    storageBuckets: {
      title: 'All buckets',
      docs: 'analytics/reference/searchbucket',
      path: 'GET /buckets',
      response: returns(BUCKET),
      deviates: AS_IN_GUIDE,
      keeps: { bucketId: ['bucketId'] },
    },
    storageBucket: {
      title: 'Bucket',
      docs: 'analytics/reference/getbucket',
      path: 'GET /buckets/{bucketId}',
      response: returns(BUCKET),
      deviates: AS_IN_GUIDE,
      errors: [returns(ERROR, 404)],
    },
    cancelBulkDownload: {
      title: 'Cancel a bulk download',
      docs: 'analytics/reference/cancelbulkdownload',
      path: 'POST /bulk/download/cancel/{zipName}',
      response: returns([ZIP_STATUS]),
      errors: [returns(ERROR, 404)],
    },
    clearBulkDownloads: {
      title: 'Clear the queue of bulk downloads',
      docs: 'analytics/reference/cleardownloads',
      path: 'PUT /bulk/download/clear',
      response: returns([ZIP_STATUS]),
    },
    deleteStorageObjects: {
      title: 'Delete objects',
      description: 'Cannot be undone: set `objectToDelete` with care.',
      docs: 'analytics/reference/removecontent',
      path: 'DELETE /bulk',
      body: ['{{objectToDelete}}'],
      response: returnsNothing(),
    },
  },
})
