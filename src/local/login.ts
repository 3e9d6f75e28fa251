import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { readBounded } from '../http/body.js'
import { TOKEN_PATH, WORK_TOKEN_PATH } from '../http/local-paths.js'

export interface LoginOptions {
  /** The products of the shared token, as far as known. */
  readonly products: () => readonly string[]
  /** Whether the proxy logs in to Work Analytics itself; else that login is forwarded. */
  readonly handlesWorkLogin: boolean
}

/**
 * What scripts get instead of a token. It opens nothing: the proxy puts the real one in its place. Where a proxy key is
 * required and was the password of the login, the token is that key, so that the calls that follow bring it.
 */
export const STAND_IN_TOKEN = 'stand-in-token-of-8x8-auth-proxy'

// A login form is some hundred bytes; the rest of a longer body is not looked at.
const LONGEST_FORM_BYTES = 16 * 1024
const LONGEST_FORM_MS = 30_000

/**
 * Responds to logins in 8x8's own format, so that scripts and Postman tabs that log in first work unchanged. Sources: 8x8's
 * guide "OAuth Authentication for 8x8 XCaaS APIs" and its OpenAPI file of Work Analytics.
 */
export async function login(
  app: FastifyInstance,
  { products, handlesWorkLogin }: LoginOptions,
): Promise<void> {
  app.all(TOKEN_PATH, async (request, reply) => {
    if (request.method !== 'POST') return refuseMethod(reply)
    if (request.headers.expect !== undefined) reply.raw.writeContinue()
    const grantType = (await readForm(request.raw)).get('grant_type')
    if (grantType !== null && grantType !== 'client_credentials') {
      return refuse(reply, 400, `Unsupported grant type : ${grantType}`)
    }
    return reply.send({
      access_token: request.exchange.admission?.loginKey ?? STAND_IN_TOKEN,
      token_type: 'BearerToken',
      api_product_list: `[${products().join(', ')}]`,
      status: 'approved',
      scope: '',
      refresh_token_expires_in: '0',
      expires_in: '1799',
      refresh_count: '0',
      'developer.email': 'deprecated',
      issued_at: String(Date.now()),
      client_id: 'deprecated',
      api_product_list_json: products(),
    })
  })

  if (!handlesWorkLogin) return
  app.all(WORK_TOKEN_PATH, async (request, reply) => {
    if (request.method !== 'POST') return refuseMethod(reply)
    return reply.send({
      access_token: request.exchange.admission?.loginKey ?? STAND_IN_TOKEN,
      token_type: 'bearer',
      expires_in: 1800,
    })
  })
}

function refuseMethod(reply: FastifyReply): FastifyReply {
  return refuse(reply.header('Allow', 'POST'), 405, 'Log in with POST')
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ ErrorCode: 'invalid_request', Error: error })
}

async function readForm(body: IncomingMessage): Promise<URLSearchParams> {
  // A form is sent at once, or never.
  const timer = setTimeout(() => body.destroy(), LONGEST_FORM_MS).unref()
  try {
    const { bytes } = await readBounded(body, LONGEST_FORM_BYTES, 'drain')
    return new URLSearchParams(bytes.toString('latin1'))
  } catch {
    // The caller left in the middle of it: no client reads the response.
    return new URLSearchParams()
  } finally {
    clearTimeout(timer)
  }
}
