import { DECLARES_JSON, allow, alsoAs, commas, describeFamily, need, offer } from '../describe.js'
import { returns, returnsBytes, returnsNothing } from '../describe.js'
import { dateTime, decimal, list, mapOf, named, oneOf, shape, type Spec, text, whole } from '../shape.js'

const HOME = 'https://api.8x8.com/qm/us-west/v1'
const GUID = 'int-19b8b741800-020937ecf9219937afd3a971a-phone-01-exampletenant01'

const LINK = named('QmLink', { rel: 'notes', href: `${HOME}/interactions/${GUID}/notes`, type: 'GET' })

/** Links to paths of the family, by relation. */
function links(paths: Readonly<Record<string, string>>) {
  return list(LINK, {
    example: Object.entries(paths).map(([rel, path]) => ({ rel, href: HOME + path, type: 'GET' })),
  })
}

const EMOTION = oneOf('Positive', 'Mostly Positive', 'Mostly Negative', 'Negative', 'Neutral')
const INTERACTION_TYPE = oneOf('voiceInteraction', 'screenRecording', 'voiceScreen', 'other')

const AGENT = named(
  'QmAgent',
  { userReference: 283, agentId: 'ag36929ea2c3d36577dee6', name: 'Ada Abara', mainGroup: 'Front desk' },
  { supervisorName: 'Bram Berg', trainerName: 'Chidi Castillo', site: 'Lisbon' },
)
const PERSON = named('QmPerson', { userReference: 285, name: 'Chidi Castillo' })

export const INTERACTION = named(
  'QmInteraction',
  { createdAt: '2026-01-05T00:00:00', interactionGuid: GUID, agent: AGENT },
  {
    telephony: named(
      'QmTelephony',
      { direction: oneOf('inbound', 'outbound', 'other'), callerPhoneNumber: 14085550100 },
      { callerName: 'Ola Nordmann', dialedPhoneNumber: 14085550199, vccTransactionId: 12345 },
      { transferredFrom: 'ag32049403', transferredTo: 'ag52049403', holdDuration: 34 },
      { status: oneOf('completed', 'recording', 'retention') },
    ),
    media: named(
      'QmMedia',
      { interactionType: INTERACTION_TYPE, interactionDuration: 435 },
      { videoSize: 4566, audioSize: 523 },
    ),
    customFields: mapOf(
      'customField1',
      named('QmCustomField', { value: 'gold', displayName: 'Custom field 1' }),
    ),
    speechAnalysis: named('QmSpeechAnalysis', {
      overallEmotion: EMOTION,
      overtalk: decimal(7.5, 0, 100),
      clarity: whole(90, 0, 100),
    }),
    links: links({
      notes: `/interactions/${GUID}/notes`,
      labels: `/interactions/${GUID}/labels`,
      transcriptions: `/interactions/${GUID}/transcriptions`,
      media: `/interactions/${GUID}/media`,
    }),
  },
)

export const USER = named(
  'QmUser',
  { userReference: 283, agentId: 'ag36929ea2c3d36577dee6', name: 'Ada Abara', mainGroup: 'Front desk' },
  { phone: 14085551001, email: 'ada.abara@example.com', hireDate: '2019', locked: false, active: true },
  {
    links: links({
      interactions: '/interactions?userReference=283',
      supervisors: '/users/283/supervisors',
      trainers: '/users/283/trainers',
    }),
  },
)

export const EVALUATION = named(
  'QmEvaluation',
  { evaluationId: 122748, createdAt: '2026-01-06T00:00:00', updatedAt: '2026-01-06T00:00:00' },
  { interactionGuid: GUID, templateName: 'Agent performance', calibrated: false },
  { agent: AGENT, evaluator: PERSON, updater: PERSON },
  { result: named('QmResult', { score: whole(75, 0, 100), goal: 90, hasPassed: false, timeSpent: 430 }) },
  { links: links({ topics: '/evaluations/122748/details' }) },
)

export const EVALUATION_DETAILS = named('QmEvaluationDetails', {
  evaluationId: 122748,
  sections: [
    named('QmSection', {
      sectionName: 'Opening',
      questions: [named('QmQuestion', { question: 'Did the agent greet the customer?', answer: ['Yes'] })],
    }),
  ],
})

const CATEGORY = named('QmCategory', {
  categoryId: 1,
  name: 'Sales',
  links: links({ interactions: '/speechAnalysis/1/topics?page=0&size=100' }),
})

const TOPIC = named(
  'QmTopic',
  { topicId: 1, categoryId: 1, name: 'Good agent', channel: 'AGENT_TOPICS' },
  { phrases: [named('QmPhrase', { text: 'How can I help?' })] },
)

export const TRANSCRIPTION = named(
  'QmTranscription',
  { text: 'Good morning.', confidence: whole(100, 0, 100), channel: oneOf(1, 0), emotion: EMOTION },
  { gender: 'male', timestampStart: 10, timestampEnd: 11 },
)

const FOUND_TOPIC = named('QmFoundTopic', { channel: 0, topic: 'Good agent phrase', category: 'Sales' })

const REMARK = { text: 'read this', createdAt: '2026-01-05T00:05:00', updatedAt: '2026-01-05T00:06:00' }
const LABEL = named('QmLabel', { ...REMARK, links: links({ creator: '/users/283', updater: '/users/283' }) })
const NOTE = named('QmNote', { ...REMARK, interactionTimestamp: 10, links: links({ creator: '/users/283' }) })

const ERROR = shape({ code: 'INVALID_REQUEST', message: 'size must be <= 100' })

const PAGES = {
  page: allow(whole(0, 0), 'The number of the page; the first is 0.', 0),
  size: offer(whole(30, 1, 100), 'Items a page.', 100),
} as const
const WINDOW = {
  startTS: offer(dateTime('{{fromDate}} 00:00:00'), 'From when, in UTC.'),
  endTS: offer(dateTime('{{toDate}} 00:00:00'), 'Until when, in UTC.'),
} as const
const NUMBER = text('{{userReference}}', { pattern: String.raw`^\d+$` })
const USER_REFERENCE = { userReference: allow(NUMBER, 'Only what this user took part in.') } as const
const GUIDS = {
  interactionGuid: commas(
    allow(list('{{interactionGuid}}', { maxItems: 10 }), 'Up to 10, joined with commas.'),
  ),
} as const
const ACTIVE = { activeUsers: allow(true, 'Only users who are active, or only those who are not.') } as const
const INTERACTIONS = {
  ...WINDOW,
  interactionType: allow(INTERACTION_TYPE, 'Only interactions of this type.'),
  customField: allow(['{{customField}}'], 'Only where this custom field ...'),
  customFieldValue: allow('gold', '... has this value.'),
  ...USER_REFERENCE,
} as const
const EVALUATIONS = {
  ...WINDOW,
  ...GUIDS,
  ...USER_REFERENCE,
  useInteractionTime: allow(true, 'The times are those of the interactions.', false),
} as const

const PHONES = "8x8's schema has phone numbers and transaction ids as text, its examples numbers, as here."
const FROM_ZERO =
  "8x8's guide counts pages from 0, as here; its examples have links as if from 1. Links to the next and to the " +
  'previous page have one shape, of which its schema wants exactly one to fit.'
const TIMES = "8x8's example has a time within the name of `updatedAt`, surely by mistake."

function get<const P extends string, const S extends Spec>(path: P, page: string, title: string, spec: S) {
  return { path: `GET ${path}`, docs: `analytics/reference/${page}`, title, response: returns(spec) } as const
}

function part<const P extends string, const S extends Spec>(path: P, page: string, title: string, spec: S) {
  return get(`/interactions/{interactionGuid}/${path}`, page, title, spec)
}

function count<const P extends string>(path: P, page: string, title: string) {
  const deviates = "8x8's schema has the count as text, its examples a number, as here."
  return { ...get(path, page, title, 34), deviates } as const
}

function pages<const P extends string, const S extends Spec>(path: P, page: string, title: string, item: S) {
  const content: readonly [S] = [item]
  const next = links({ nextUrl: `${path}?page=1&size=100` })
  return {
    ...get(path, page, title, { pageNumber: 0, pageSize: 100, pageResultSize: 1, content, links: next }),
    paging: { kind: 'bodyLink', size: 'size', items: ['content'], links: ['links'], rel: 'nextUrl' },
    deviates: FROM_ZERO,
  } as const
}

const FIELD_PATH = '/interactions/{interactionToMark}/{customField}'

/** Source: 8x8's specification "Quality Management and Speech Analytics". */
export const qm = describeFamily({
  family: 'qm',
  description:
    'Recorded interactions, their transcriptions, notes and labels, evaluations of agents, and what Speech Analytics ' +
    'found. Every call needs the name of the PBX in the header `pbx`.',
  base: '/qm/{region}/v1',
  choices: { region: ['us-west', 'us-east', 'uk', 'ap', 'ca'] },
  headers: [DECLARES_JSON],
  errors: [returns(ERROR, 400), returns(ERROR, 404)],
  calls: {
    qmInteractionCount: {
      ...count('/interactions/count', 'interactions-count', 'Number of interactions'),
      query: INTERACTIONS,
    },
    qmInteractions: {
      ...pages('/interactions', 'interactions', 'Interactions', INTERACTION),
      description: 'In the order of their creation.',
      deviates: `${PHONES} ${FROM_ZERO}`,
      query: { ...INTERACTIONS, ...PAGES, ...GUIDS },
      keeps: { interactionGuid: ['content', 0, 'interactionGuid'] },
    },
    qmTranscriptions: {
      ...part('transcriptions', 'interaction-transcription', 'Transcriptions of an interaction', [
        TRANSCRIPTION,
      ]),
      description: 'Channel 1 is the caller, 0 the one who was called. Times are seconds from its start.',
    },
    qmTopics: {
      ...part('topics', 'topics', 'Topics of an interaction', [FOUND_TOPIC]),
      deviates: "8x8's schema has the channel as text, its example a number, as here.",
    },
    qmLabels: { ...part('labels', 'labels', 'Labels of an interaction', [LABEL]), deviates: TIMES },
    qmNotes: { ...part('notes', 'notes', 'Notes on an interaction', [NOTE]), deviates: TIMES },
    qmMedia: {
      ...part('media', 'interaction-media-file', 'Recording of an interaction', ''),
      description: 'MP3, or MP4 for screens; `other` has none. The parameters transcode audio.',
      query: {
        bitRate: allow(oneOf(48, 8, 16, 24, 32, 40, 56, 64, 80, 96, 112, 128, 144, 160), 'kbit/s.'),
        sampleRate: allow(oneOf(24000, 16000, 22050), 'Hz.'),
        stereoEnabled: allow(true, 'Two channels instead of one.'),
      },
      response: alsoAs(returnsBytes('audio/mpeg'), 'video/mp4'),
    },
    qmRedirect: {
      ...get('/interactions/redirect', 'webpage-redirect', "Interaction on 8x8's web page", ''),
      description: 'A redirect, which the proxy passes on and this request does not follow.',
      query: { interactionGuid: need('{{interactionGuid}}', 'The interaction.') },
      response: returnsNothing(302),
      deviates: "8x8's specification calls it a redirect, and gives it the status 200.",
    },
    setQmCustomField: {
      title: 'Set a custom field',
      description: 'Overwrites the old value of fields 1 to 15: set `interactionToMark` with care.',
      docs: 'analytics/reference/update-custom-field',
      path: `PUT ${FIELD_PATH}`,
      body: 'gold',
      bodyType: 'text/plain',
      response: returnsNothing(200),
      deviates: "8x8's parameters say that the body is JSON, its body says plain text, as here.",
    },
    qmUserCount: { ...count('/users/count', 'users-count', 'Number of users'), query: ACTIVE },
    qmUsers: {
      ...pages('/users', 'users', 'Users', USER),
      deviates: `${PHONES} ${FROM_ZERO}`,
      query: { ...PAGES, ...ACTIVE },
      keeps: { userReference: ['content', 0, 'userReference'] },
    },
    qmUser: {
      ...get('/users/{userReference}/details', 'user-details', 'User', USER),
      deviates: `${PHONES} \`hireDate\` is text, as in its schema and in the example of the list.`,
    },
    qmSupervisors: get('/users/{userReference}/supervisors', 'supervisors', 'Supervisors of a user', [
      PERSON,
    ]),
    qmTrainers: get('/users/{userReference}/trainers', 'trainers', 'Trainers of a user', [PERSON]),
    qmEvaluationCount: {
      ...count('/evaluations/count', 'evaluations-count', 'Number of evaluations'),
      query: EVALUATIONS,
    },
    qmEvaluations: {
      ...pages('/evaluations', 'evaluations', 'Evaluations', EVALUATION),
      query: { ...EVALUATIONS, ...PAGES, templateName: allow('Agent performance', 'Only by this template.') },
      keeps: { evaluationId: ['content', 0, 'evaluationId'] },
    },
    qmEvaluation: get(
      ...(['/evaluations/{evaluationId}/details', 'evaluation-details', 'Evaluation'] as const),
      EVALUATION_DETAILS,
    ),
    qmCategoryCount: count('/speechAnalysis/categories/count', 'categories-count', 'Number of categories'),
    qmCategories: {
      ...pages('/speechAnalysis/categories', 'list', 'Categories of Speech Analytics', CATEGORY),
      query: PAGES,
      keeps: { categoryId: ['content', 0, 'categoryId'] },
    },
    qmTopicCount: count('/speechAnalysis/{categoryId}/topics/count', 'topics-count', 'Number of topics'),
    qmCategoryTopics: {
      ...pages('/speechAnalysis/{categoryId}/topics', 'topics-list', 'Topics of a category', TOPIC),
      query: PAGES,
    },
    deleteQmCustomField: {
      title: 'Delete a custom field',
      docs: 'analytics/reference/deletes-the-custom-field',
      path: `DELETE ${FIELD_PATH}`,
      response: returnsNothing(200),
    },
    deleteQmInteraction: {
      title: 'Delete an interaction',
      description: 'Cannot be undone: set `interactionToDelete` with care.',
      docs: 'analytics/reference/delete-interaction',
      path: 'DELETE /interactions/{interactionToDelete}',
      response: returnsNothing(200),
    },
    purgeQmInteraction: {
      title: 'Purge an interaction',
      description: 'Cannot be undone; removes all metadata too: set `interactionToPurge` with care.',
      docs: 'analytics/reference/purge-interaction',
      path: 'DELETE /interactions/{interactionToPurge}/purge',
      response: returnsNothing(200),
    },
  },
})
