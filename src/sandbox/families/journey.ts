import { apiKey } from '../access.js'
import { json } from '../answers.js'
import type { Answer, Call, Handler } from '../exchange.js'
import type { Family } from '../family.js'
import { cursorAt, cursorOffset } from '../paging.js'
import { isObject, jsonObject, nonEmptyString, time } from '../parameters.js'
import { seededPick, seededUuid } from '../seeded.js'
import { occurrences, windowBetween } from '../time-series.js'

const stepMs = 30 * 60_000
const longestWindowMs = 60 * 24 * 3_600_000
const pageSize = 50

/** Source: 8x8's guide "End-to-end Journey API". */
export const journey: Family = {
  name: 'Journey',
  base: /^\/cidp\/journey\/api\/v1/,
  access: apiKey(() => failure(401, 'Invalid API key')),
  routes: {
    'POST /journeys/search': search('journeys', (index) => ({
      journeyId: seededUuid(`journey ${index}`),
      startTime: new Date(index * stepMs).toISOString(),
      channel: seededPick(`journey ${index}`, ['VOICE', 'CHAT', 'EMAIL']),
    })),
    'POST /transitions/search': search('transitions', (index) => ({
      journeyId: seededUuid(`journey ${index}`),
      time: new Date(index * stepMs).toISOString(),
      from: 'IVR',
      to: seededPick(`transition ${index}`, ['QUEUE', 'AGENT', 'VOICEMAIL']),
    })),
  },
}

/** One page of what happened in a window; the cursor of the next comes in the body. */
function search(name: string, show: (index: number) => unknown): Handler {
  return ({ body }: Call) => {
    const given = jsonObject(body)
    if (!given) return failure(400, 'The body must be a JSON object')
    const range = isObject(given['timeRange']) ? given['timeRange'] : given
    const window = windowBetween(
      time(nonEmptyString(range['startTime'])),
      time(nonEmptyString(range['endTime'])),
    )
    if (window.endMs - window.startMs > longestWindowMs)
      return failure(400, 'The window is longer than 60 days')
    const offset = cursorOffset(nonEmptyString(given['nextPageCursor']))
    if (offset === undefined) return failure(400, 'nextPageCursor is invalid')
    const all = occurrences(window, stepMs)
    const end = offset + pageSize
    return json({
      [name]: all.slice(offset, end).map(show),
      nextPageCursor: end < all.length ? cursorAt(end) : null,
    })
  }
}

function failure(status: number, message: string): Answer {
  const url = 'https://developer.8x8.com/analytics/docs/end-to-end-journey-api'
  return json({ errors: [{ message, suggestion: 'See the guide', url }] }, status)
}
