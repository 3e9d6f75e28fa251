import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ProxyError } from '../errors.js'
import type { Family } from '../families.js'
import type { TokenCache } from '../token/token-cache.js'
import { createAssets, SCRIPTS } from './assets.js'
import { createEvents } from './events.js'
import type { Recorder } from './recorder.js'
import type { Status } from './wire.js'

export interface InspectorOptions {
  readonly recorder: Recorder
  readonly tokens: Pick<TokenCache, 'status'>
  readonly workTokens: Pick<TokenCache, 'status'> | undefined
  readonly families: readonly Family[]
  readonly version: string
  /** 8x8's origin. */
  readonly upstream: string
  /** Whether callers must present X8_PROXY_KEY. */
  readonly keyRequired: boolean
  readonly draining: () => boolean
}

/** On every answer: whatever the page shows, it runs no script but its own and talks to nobody but this proxy. */
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
 * The page at `/-/` and what it lives on. Looking changes nothing, here or at 8x8; the one switch decides whether bodies
 * are captured. It never asks whether the token is ready, since that would count as use and renew it.
 */
export async function inspector(app: FastifyInstance, options: InspectorOptions): Promise<void> {
  const { recorder, tokens, workTokens, families, version, upstream, keyRequired, draining } = options
  const assets = createAssets()

  const status = (): Status => {
    const token = tokens.status()
    return {
      token,
      ...(workTokens === undefined ? {} : { workToken: workTokens.status() }),
      ready: token.expiresInSeconds !== null && !draining(),
      traffic: recorder.traffic(),
      capture: recorder.capturing,
    }
  }
  const events = createEvents({
    recorder,
    status,
    snapshot: () => ({
      version,
      upstream,
      keyRequired,
      families: families.map(({ name, title, credential, product, productLabel }) => ({
        name,
        title,
        credential,
        ...(product === undefined ? {} : { product }),
        ...(productLabel === undefined ? {} : { productLabel }),
      })),
      status: status(),
      requests: recorder.requests(),
    }),
  })

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(PAGE_HEADERS)
    // An origin in X8_ALLOWED_ORIGINS may call 8x8. That does not let it read what others have called.
    const { origin } = request.headers
    if (origin !== undefined && origin !== ownOrigin(request)) throw foreign()
  })

  app.get('/-/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(await assets.html()))
  app.get('/-/page.css', async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(await assets.css()),
  )
  for (const name of SCRIPTS) {
    app.get(`/-/${name}`, async (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(await assets.script(name)),
    )
  }

  // A HEAD of it would be a stream without end and without content.
  app.get('/-/events', { exposeHeadRoute: false }, (request, reply) => {
    events.connect(reply.raw, { ...PAGE_HEADERS, 'X-Request-Id': request.id })
    reply.hijack()
  })

  app.get<{ Params: { n: string } }>('/-/requests/:n', (request, reply) => {
    const { n } = request.params
    const detail = /^\d{1,15}$/.test(n) ? recorder.find(Number(n)) : undefined
    if (detail === undefined) {
      throw new ProxyError('not-found', 'This request is not kept any more: only the last ones are.')
    }
    return reply.send(detail)
  })

  app.post('/-/capture', (request) => switchCapture(request))

  async function switchCapture(request: FastifyRequest): Promise<{ capture: boolean }> {
    // A browser sends Origin with every POST; nothing but this page has a reason to be here.
    if (request.headers.origin !== ownOrigin(request)) throw foreign()
    recorder.setCapture(await readSwitch(request.raw))
    events.tell()
    return { capture: recorder.capturing }
  }
}

function ownOrigin({ exchange }: FastifyRequest): string {
  return `http://${exchange.admission?.host}`
}

function foreign(): ProxyError {
  return new ProxyError('cross-site', 'Only the page of this proxy itself may ask for this.')
}

const LONGEST_SWITCH_BYTES = 100

async function readSwitch(body: AsyncIterable<Buffer>): Promise<boolean> {
  let json = ''
  for await (const chunk of body) if (json.length <= LONGEST_SWITCH_BYTES) json += chunk.toString('latin1')
  try {
    const { on } = JSON.parse(json) as { on?: unknown }
    if (typeof on === 'boolean') return on
  } catch {
    // Said below.
  }
  throw new ProxyError('bad-request', 'Send {"on": true} or {"on": false}.')
}
