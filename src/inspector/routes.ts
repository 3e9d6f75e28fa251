import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readBounded } from '../http/body.js'
import { ProxyError } from '../http/errors.js'
import { parseObject } from '../http/json.js'
import { ASSETS, createAssets } from './assets.js'
import type { Inspection } from './inspection.js'
import { openStream } from './stream.js'

export interface InspectorOptions {
  readonly inspection: Inspection
}

/** On every response: the page runs no script but its own and talks to no server but this proxy, whatever it shows. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const

/**
 * The page at `/-/` and what it lives on. Looking changes nothing, here or at 8x8; one switch decides whether bodies
 * are captured, and what was recorded can be cleared.
 */
export async function inspector(app: FastifyInstance, { inspection }: InspectorOptions): Promise<void> {
  const readAsset = createAssets()

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(PAGE_HEADERS)
    // An origin in X8_ALLOWED_ORIGINS may call 8x8. That does not let it read what others have called.
    const { origin } = request.headers
    if (origin !== undefined && origin !== ownOrigin(request)) throw foreign()
  })

  for (const name of Object.keys(ASSETS) as (keyof typeof ASSETS)[]) {
    app.get(name === 'page.html' ? '/-/' : `/-/${name}`, async (_request, reply) =>
      reply.type(ASSETS[name]).send(await readAsset(name)),
    )
  }

  // A HEAD of it would be a stream without end and without content.
  app.get('/-/events', { exposeHeadRoute: false }, async ({ id }, reply) => {
    const { raw } = reply
    const leave = await inspection.open(openStream(raw, { ...PAGE_HEADERS, 'X-Request-Id': id }))
    reply.hijack()
    if (raw.closed) leave()
    else raw.once('close', leave)
  })

  app.get<{ Params: { n: string } }>('/-/requests/:n', async (request, reply) => {
    const { n } = request.params
    const detail = /^\d{1,15}$/.test(n) ? await inspection.find(Number(n)) : undefined
    if (detail === undefined) {
      throw new ProxyError('not-found', 'This request is not kept any more: only the last ones are.')
    }
    return reply.send(detail)
  })

  app.get('/-/requests.har', async (request, reply) => {
    const numbers = new URLSearchParams(request.originalUrl.split('?')[1]).get('n')?.split(',').map(Number)
    const har = await inspection.exportHar(ownOrigin(request), numbers && new Set(numbers))
    const name = `8x8-auth-proxy-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}.har`
    return reply.header('Content-Disposition', `attachment; filename="${name}"`).send(har)
  })

  app.get('/-/requests', async ({ originalUrl }, reply) => {
    // The router sees paths without their query.
    const text = new URLSearchParams(originalUrl.split('?')[1]).get('text')
    if (text === null || text === '') {
      throw new ProxyError('bad-request', 'Say what to look for in the bodies: /-/requests?text=...')
    }
    return reply.send({ found: await inspection.search(text) })
  })

  app.post('/-/capture', async (request, reply) => {
    onlyFromPage(request)
    return reply.send({ capture: await inspection.setCapture(await readSwitch(request.raw)) })
  })

  app.post('/-/clear', async (request, reply) => {
    onlyFromPage(request)
    await inspection.clear()
    return reply.code(204).send()
  })
}

/** A browser sends Origin with every POST; nothing but this page has a reason to be here. */
function onlyFromPage(request: FastifyRequest): void {
  if (request.headers.origin !== ownOrigin(request)) throw foreign()
}

function ownOrigin({ exchange }: FastifyRequest): string {
  return `http://${exchange.admission?.host}`
}

function foreign(): ProxyError {
  return new ProxyError('cross-site', 'Only the page of this proxy itself may ask for this.')
}

const LONGEST_SWITCH_BYTES = 100

async function readSwitch(body: AsyncIterable<Buffer>): Promise<boolean> {
  const { bytes } = await readBounded(body, LONGEST_SWITCH_BYTES, 'drain')
  const on = parseObject(bytes.toString('latin1'))?.on
  if (typeof on === 'boolean') return on
  throw new ProxyError('bad-request', 'Send {"on": true} or {"on": false}.')
}
