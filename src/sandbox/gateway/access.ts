import type { IncomingHttpHeaders } from 'node:http'
import type { Account } from '../data/account.js'
import { json, message } from './responses.js'
import type { SandboxResponse } from './handler.js'
import { apigeeFault, rejection } from '../faults/gateway-faults.js'
import { invalidKey } from './work-token-endpoint.js'

/** A gateway check: the rejection of a request, or undefined when it may pass. */
export type AccessCheck = (
  headers: IncomingHttpHeaders,
  account: Account,
  path: string,
) => SandboxResponse | undefined

/** Requires an app token in `Authorization: Bearer`, of an app that has the product; else 401. */
export function appToken(product: string): AccessCheck {
  return (headers, account) => {
    const token = bearer(headers)
    if (!token) return rejection('missing')
    const state = account.tokens.state(token)
    if (state === 'unknown') return rejection('invalid')
    if (state === 'expired') return rejection('expired')
    return account.products.includes(product) ? undefined : rejection('product')
  }
}

/**
 * Requires the app's key in `x-api-key`, and the product if one is named (else 403); tokens are ignored.
 * @param rejected renders the 401 in the format of the API behind it.
 * @param product its internal name, where 8x8 documents one; without it every app has it.
 */
export function apiKey(
  rejected: (path: string) => SandboxResponse = keyRejected,
  product?: string,
): AccessCheck {
  return (headers, account, path) => {
    if (headers['x-api-key'] !== account.key) return rejected(path)
    if (product === undefined || account.products.includes(product)) return undefined
    return message(403, 'You cannot consume this service')
  }
}

/** Requires the app's key, a token of Work Analytics' own login, and the product. */
export const workToken: AccessCheck = (headers, account) => {
  if (headers['8x8-apikey'] !== account.key) return invalidKey()
  const token = bearer(headers)
  if (!token) {
    return unauthorized('unauthorized', 'Full authentication is required to access this resource')
  }
  const state = account.workTokens.state(token)
  if (state === 'unknown') return unauthorized('invalid_token', 'Cannot convert access token to JSON')
  // 8x8 does repeat the token in its response: a trap for programs that log bodies.
  if (state === 'expired') return unauthorized('invalid_token', `Access token expired: ${token}`)
  if (account.products.includes('analytics product')) return undefined
  const status = 400
  return json(
    { status, message: 'The key does not have access to api category(CDR)', code: '105-400-038' },
    status,
  )
}

/** Requires the app's key and a UUID, which 8x8 sends by mail. */
export const customerToken: AccessCheck = (headers, account) => {
  if (headers['8x8-apikey'] !== account.key) return message(401, 'Invalid 8x8-apikey')
  const token = headers['token']
  return typeof token === 'string' && /^[\da-f-]{36}$/i.test(token)
    ? undefined
    : message(401, 'Invalid token')
}

/** Lets every request pass. */
export const open: AccessCheck = () => undefined

/** Renders Work chat's 401 for a bad key, which is Apigee's for a bad token. */
export function chatKeyRejected(): SandboxResponse {
  return apigeeFault(401, 'Invalid access token', 'oauth.v2.InvalidAccessToken')
}

/** Renders the administration suite's 401 (RFC 7807). */
export function administrationKeyRejected(path: string): SandboxResponse {
  return json(
    { status: 401, title: 'Unauthorized', detail: 'Invalid or missing API key', instance: path },
    401,
  )
}

/** Renders Spring's default 401, which audit uses. */
export function springKeyRejected(path: string): SandboxResponse {
  const timestamp = new Date().toISOString()
  return json({ timestamp, status: 401, error: 'Unauthorized', message: 'Invalid API key', path }, 401)
}

function keyRejected(): SandboxResponse {
  return message(401, 'Unauthorized', { 'WWW-Authenticate': 'Key' })
}

function unauthorized(error: string, description: string): SandboxResponse {
  return json({ error, error_description: description }, 401)
}

function bearer(headers: IncomingHttpHeaders): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
}
