import { randomBytes } from 'node:crypto'
import type { Account } from '../data/account.js'
import { json, message } from './responses.js'
import type { SandboxResponse } from './handler.js'
import type { ReceivedBody } from './receive-body.js'

export const workTokenPath = '/analytics/work/v1/oauth/token'

/**
 * Responds to a login at Work Analytics: the app's key comes in a header, a user's name and password in a form; the token
 * looks like a JWT, and `expires_in` is a number of seconds.
 * Source: 8x8's guide "8x8 Analytics for Work API" and its specification.
 */
export function handleWorkTokenRequest(
  account: Account,
  method: string,
  key: string | undefined,
  body: ReceivedBody,
): SandboxResponse {
  if (method !== 'POST') return message(405, 'Method Not Allowed', { Allow: 'POST' })
  if (key !== account.key) return invalidKey()
  const form = new URLSearchParams(body.start.toString('utf8'))
  if (form.get('username') !== account.workUsername) return invalidGrant('USER_NOTFOUND_ERROR')
  if (form.get('password') !== account.workPassword) return invalidGrant('Bad credentials')
  const token = jwtLookalike(account)
  account.workTokens.add(token, account.workTokenLifetimeSeconds)
  return json({ access_token: token, token_type: 'bearer', expires_in: account.workTokenLifetimeSeconds })
}

/** Makes the response to a wrong `8x8-apikey`; 8x8 uses 400 for it, not 401. */
export function invalidKey(): SandboxResponse {
  const detail = {
    type: 'invalidValue',
    location: 'header',
    path: ['8x8-apikey'],
    hint: 'The key of an app that has the Analytics for 8x8 Work product',
  }
  return json({ status: 400, message: 'Invalid 8x8-apikey', code: 'SHA001', details: [detail] }, 400)
}

function invalidGrant(description: string): SandboxResponse {
  return json({ error_description: description, error: 'invalid_grant' }, 400)
}

/** Three base64url parts like an RS256 JWT, with a random signature. */
function jwtLookalike(account: Account): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  const claims = {
    user_name: account.workUsername,
    iat: issuedAt,
    exp: issuedAt + Math.ceil(account.workTokenLifetimeSeconds),
    jti: randomBytes(16).toString('hex'),
  }
  const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return [...parts, randomBytes(256).toString('base64url')].join('.')
}
