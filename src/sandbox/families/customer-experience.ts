import { customerToken } from '../gateway/access.js'
import { json, message } from '../gateway/responses.js'
import type { Handler } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { jsonObject } from '../gateway/parameters.js'
import { seededPerson } from '../data/people.js'
import { seededHex, seededNumber } from '../data/seeded.js'
import { exampleWeek, occurrences } from '../data/time-series.js'

const stepMs = 15 * 60_000

/** Recent calls and post-call surveys, which 8x8 took out of its documents in November 2025. */
export const customerExperience: SandboxFamily = {
  name: 'Customer experience',
  base: /^\/customerexperience\/v1/,
  access: customerToken,
  routes: {
    'POST /recentCallData/us': rows((index) => ({
      ...call(index),
      durationSeconds: seededNumber(`${index}`, 5, 900),
    })),
    'POST /recentCallData/uk': rows((index) => ({
      ...call(index),
      durationSeconds: seededNumber(`${index}`, 5, 900),
    })),
    'POST /postCallSurvey/us': rows((index) => ({ ...call(index), score: seededNumber(`${index}`, 1, 5) })),
    'POST /postCallSurvey/uk': rows((index) => ({ ...call(index), score: seededNumber(`${index}`, 1, 5) })),
  },
}

/** Pages count from 1 here, and hold at most 5,000 rows. */
function rows(show: (index: number) => unknown): Handler {
  return ({ body }) => {
    const given = jsonObject(body)
    const page = Number(given?.['page'] ?? 1)
    const size = Number(given?.['rows'] ?? 100)
    if (!given || !(page >= 1)) return message(400, 'page must be 1 or more')
    if (!(size >= 1 && size <= 5000)) return message(400, 'rows must be from 1 to 5000')
    const all = occurrences(exampleWeek, stepMs)
    const data = all.slice((page - 1) * size, page * size).map(show)
    return json({ page, rows: data.length, totalRows: all.length, data })
  }
}

function call(index: number) {
  return {
    callId: seededHex(`recent ${index}`, 16),
    startTime: new Date(index * stepMs).toISOString(),
    agent: seededPerson(`recent ${index}`).name,
  }
}
