import type { Call, FamilyCalls } from '../call.js'
import { DECLARES_JSON, empty, json, optional, paged, suggested } from '../parts.js'

const BASE = '/qm/{region}/v1'
const INTERACTION = `${BASE}/interactions/{interactionGuid}`

const PAGES = paged(0, 30, 100)
const WINDOW = [
  suggested('startTS', '{{fromDate}} 00:00:00', 'From when, in UTC.'),
  suggested('endTS', '{{toDate}} 00:00:00', 'Until when, in UTC.'),
]
const USER = optional('userReference', '{{userReference}}', 'Only what this user took part in.')
const GUIDS = optional('interactionGuid', '{{interactionGuid}}', 'Up to 10, joined with commas.')
const ACTIVE = optional('activeUsers', true, 'Only active users.')
const BY_INTERACTION = optional('useInteractionTime', true, 'The times are those of the interactions.')
const INTERACTIONS = [
  optional('interactionType', 'voiceInteraction', 'voiceInteraction, screenRecording, voiceScreen or other.'),
  optional('customField', '{{customField}}', 'Only where this custom field ...'),
  optional('customFieldValue', 'gold', '... has this value.'),
]

/**
 * Source: 8x8's specification "Quality Management and Speech Analytics". 8x8's pages contradict each other on whether
 * page numbers start at 0 or at 1.
 */
export const qm: FamilyCalls = {
  family: 'qm',
  description:
    'Recorded interactions, their transcriptions, notes and labels, evaluations of agents, and what Speech Analytics ' +
    'found. Every call needs the name of the PBX in the header `pbx`.',
  calls: [
    read('qmInteractionCount', 'Number of interactions', '/interactions/count', 'interactions-count', {
      query: [...WINDOW, ...INTERACTIONS, USER],
    }),
    read('qmInteractions', 'Interactions', '/interactions', 'interactions', {
      query: [...WINDOW, ...PAGES, GUIDS, ...INTERACTIONS, USER],
      keeps: { interactionGuid: ['content', 0, 'interactionGuid'] },
    }),
    detail(
      'qmTranscriptions',
      'Transcriptions of an interaction',
      'transcriptions',
      'interaction-transcription',
    ),
    detail('qmTopics', 'Topics of an interaction', 'topics', 'topics'),
    detail('qmLabels', 'Labels of an interaction', 'labels', 'labels'),
    detail('qmNotes', 'Notes on an interaction', 'notes', 'notes'),
    {
      id: 'qmMedia',
      title: 'Recording of an interaction',
      description: 'MP3, or MP4 for screens. The parameters transcode audio.',
      docs: 'analytics/reference/interaction-media-file',
      method: 'GET',
      path: `${INTERACTION}/media`,
      query: [
        optional('bitRate', 48, 'kbit/s: 8 to 160.'),
        optional('sampleRate', 24000, 'Hz: 16000, 22050 or 24000.'),
        optional('stereoEnabled', true, 'Two channels instead of one.'),
      ],
      headers: [DECLARES_JSON],
      response: { status: 200, type: 'audio/mpeg' },
    },
    {
      id: 'qmRedirect',
      title: "Interaction on 8x8's web page",
      description: 'A redirect, which the proxy passes on and this request does not follow.',
      docs: 'analytics/reference/webpage-redirect',
      method: 'GET',
      path: `${BASE}/interactions/redirect`,
      query: [{ ...GUIDS, required: true, enabled: true }],
      response: { status: 302 },
    },
    {
      id: 'setQmCustomField',
      title: 'Set a custom field',
      description: 'Overwrites the old value: set `interactionToMark` with care.',
      docs: 'analytics/reference/update-custom-field',
      method: 'PUT',
      path: `${BASE}/interactions/{interactionToMark}/{customField}`,
      body: { type: 'text/plain', example: 'gold' },
      response: empty(200),
    },
    read('qmUserCount', 'Number of users', '/users/count', 'users-count', { query: [ACTIVE] }),
    read('qmUsers', 'Users', '/users', 'users', {
      query: [...PAGES, ACTIVE],
      keeps: { userReference: ['content', 0, 'userReference'] },
    }),
    read('qmUser', 'User', '/users/{userReference}/details', 'user-details'),
    read('qmSupervisors', 'Supervisors of a user', '/users/{userReference}/supervisors', 'supervisors'),
    read('qmTrainers', 'Trainers of a user', '/users/{userReference}/trainers', 'trainers'),
    read('qmEvaluationCount', 'Number of evaluations', '/evaluations/count', 'evaluations-count', {
      query: [...WINDOW, BY_INTERACTION, GUIDS, USER],
    }),
    read('qmEvaluations', 'Evaluations', '/evaluations', 'evaluations', {
      query: [
        ...WINDOW,
        ...PAGES,
        BY_INTERACTION,
        GUIDS,
        USER,
        optional('templateName', 'Agent performance', 'Only evaluations by this template.'),
      ],
      keeps: { evaluationId: ['content', 0, 'evaluationId'] },
    }),
    read('qmEvaluation', 'Evaluation', '/evaluations/{evaluationId}/details', 'evaluation-details'),
    read('qmCategoryCount', 'Number of categories', '/speechAnalysis/categories/count', 'categories-count'),
    read('qmCategories', 'Categories of Speech Analytics', '/speechAnalysis/categories', 'list', {
      query: PAGES,
      keeps: { categoryId: ['content', 0, 'categoryId'] },
    }),
    read('qmTopicCount', 'Number of topics', '/speechAnalysis/{categoryId}/topics/count', 'topics-count'),
    read('qmCategoryTopics', 'Topics of a category', '/speechAnalysis/{categoryId}/topics', 'topics-list', {
      query: PAGES,
    }),
    {
      id: 'deleteQmCustomField',
      title: 'Delete a custom field',
      docs: 'analytics/reference/deletes-the-custom-field',
      method: 'DELETE',
      path: `${BASE}/interactions/{interactionToMark}/{customField}`,
      headers: [DECLARES_JSON],
      response: empty(200),
    },
    {
      id: 'deleteQmInteraction',
      title: 'Delete an interaction',
      description: 'Cannot be undone: set `interactionToDelete` with care.',
      docs: 'analytics/reference/delete-interaction',
      method: 'DELETE',
      path: `${BASE}/interactions/{interactionToDelete}`,
      response: empty(200),
    },
    {
      id: 'purgeQmInteraction',
      title: 'Purge an interaction',
      description: 'Cannot be undone; removes all metadata too: set `interactionToPurge` with care.',
      docs: 'analytics/reference/purge-interaction',
      method: 'DELETE',
      path: `${BASE}/interactions/{interactionToPurge}/purge`,
      response: empty(200),
    },
  ],
}

function read(id: string, title: string, path: string, page: string, more: Partial<Call> = {}): Call {
  const docs = `analytics/reference/${page}`
  return {
    id,
    title,
    docs,
    method: 'GET',
    path: BASE + path,
    headers: [DECLARES_JSON],
    response: json(),
    ...more,
  }
}

function detail(id: string, title: string, part: string, page: string): Call {
  return read(id, title, `/interactions/{interactionGuid}/${part}`, page)
}
