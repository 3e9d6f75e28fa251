import { apiKey } from '../access.js'
import { bytes, empty, json, message } from '../answers.js'
import type { Answer, Call, Handler } from '../exchange.js'
import type { Family } from '../family.js'
import { collection, counter } from '../memory.js'
import { pageOf } from '../paging.js'
import { integer, jsonObject, nonEmptyString } from '../parameters.js'
import { pdfPage } from '../pdf.js'

type Fax = Readonly<Record<string, unknown>> & { readonly id: string }

const faxes = collection<Fax>(() =>
  Array.from({ length: 25 }, (_, index) => {
    const to = `+1408555${2000 + index}`
    return { id: `fax-${index + 1}`, direction: 'INBOUND', status: 'RECEIVED', to, pages: 1, read: false }
  }),
)
const nextNumber = counter(26)

/** Fax as a Service, which 8x8 took out of its documents in March 2026. */
export const fax: Family = {
  name: 'Fax',
  base: /^\/faxapi\/v1/,
  access: apiKey(),
  routes: {
    'GET /faxes': listFaxes,
    'POST /faxes': ({ body, memory }) => {
      const given = jsonObject(body)
      const to = nonEmptyString(given?.['to'])
      if (!to) return message(400, 'to is missing')
      const sent = { id: `fax-${nextNumber(memory)}`, direction: 'OUTBOUND', status: 'QUEUED', to, pages: 1 }
      faxes(memory).set(sent.id, sent)
      return json(sent, 201)
    },
    'GET /faxes/:id': one((found) => json(found)),
    'GET /faxes/:id/file': one(({ id }) => bytes(pdfPage(`Fax ${id}`), 'application/pdf')),
    'PATCH /faxes/:id': one((found, { body, memory }) => {
      const changed = { ...found, ...jsonObject(body), id: found.id }
      faxes(memory).set(found.id, changed)
      return json(changed)
    }),
    'DELETE /faxes/:id': one((found, { memory }) => {
      faxes(memory).delete(found.id)
      return empty(204)
    }),
  },
}

/** A page in the form of Spring's `Pageable`. */
function listFaxes({ query, memory }: Call): Answer {
  const number = integer(query, 'page', 0)
  const size = integer(query, 'size', 20)
  if (Number.isNaN(number) || !(size >= 1)) return message(400, 'page and size must be whole numbers')
  const page = pageOf([...faxes(memory).values()], number, size)
  const { items: content, totalElements, totalPages, isLast: last } = page
  return json({ content, number, size, totalElements, totalPages, last })
}

function one(answer: (found: Fax, call: Call) => Answer): Handler {
  return (call) => {
    const found = faxes(call.memory).get(call.params['id'] ?? '')
    return found ? answer(found, call) : message(404, `No fax ${call.params['id']}`)
  }
}
