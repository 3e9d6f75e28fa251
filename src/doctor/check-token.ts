import { request, type Dispatcher } from 'undici'
import type { AppCredentials, Config } from '../config/config.js'
import { networkProblem } from '../proxy/upstream/network-problem.js'
import { judgeTokenResponse, TokenError, type TokenResponse } from '../token/token-response.js'
import { parseObject } from '../http/json.js'
import { type Clean, readText } from './foreign-text.js'
import { failed, type Outcome, passed } from './outcome.js'
import { formatDuration } from '../telemetry/format-duration.js'

/** A token, and when it was issued by either clock. */
export interface Grant extends TokenResponse {
  /** `issued_at` as it came: at 8x8 a string of epoch milliseconds. */
  readonly issuedAt: unknown
  /** Epoch milliseconds of this machine. */
  readonly receivedAtMs: number
}

export interface TokenCheckOptions {
  readonly dispatcher: Dispatcher
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  /** Epoch milliseconds. */
  readonly wallClock: () => number
  readonly clean: Clean
}

const LARGEST_RESPONSE_BYTES = 64 * 1024

/** Checks that 8x8 issues a token for the key and secret: one request as 8x8 documents it, never repeated. */
export async function checkToken(
  config: Config,
  app: AppCredentials,
  options: TokenCheckOptions,
): Promise<Outcome<Grant>> {
  const { dispatcher, now, wallClock, clean } = options
  const { key, secret } = app
  const signal = AbortSignal.timeout(config.tokenTimeoutMs)
  const startedMs = now()
  let status: number | undefined
  try {
    const response = await request(config.tokenUrl, {
      dispatcher,
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: 'grant_type=client_credentials',
      signal,
    })
    status = response.statusCode
    const text = await readText(response.body, LARGEST_RESPONSE_BYTES)
    const token = judgeTokenResponse(status, undefined, text)
    const tookMs = Math.round(now() - startedMs)
    return passed(`obtained in ${tookMs} ms, lives ${formatDuration(token.lifetimeMs)}`, {
      ...token,
      issuedAt: parseObject(text)?.issued_at,
      receivedAtMs: wallClock(),
    })
  } catch (error) {
    if (error instanceof TokenError)
      return failed(clean(error.message), adviceFor(error, status ?? 0, config, app))
    return signal.aborted
      ? failed(
          `no response from ${config.tokenUrl.origin} within ${config.tokenTimeoutMs} ms`,
          'Try again. If it stays so, check network and egress proxy, or raise X8_TOKEN_TIMEOUT_MS.',
        )
      : failed(
          // The request counts as sent: a connection had opened a moment before.
          networkProblem(error, true).detail,
          'Try again. If it stays so, check network and egress proxy.',
        )
  }
}

function adviceFor(
  error: TokenError,
  status: number,
  { baseUrl, tokenUrl }: Config,
  app: AppCredentials,
): string {
  if (error.kind === 'refused') {
    // New keys start like this: a hint, no proof.
    if (app.secret.startsWith('eght_') && !app.key.startsWith('eght_')) {
      return 'X8_APP_KEY and X8_APP_SECRET look swapped: the key is the one that starts with eght_.'
    }
    return 'Compare X8_APP_KEY and X8_APP_SECRET with 8x8 Admin Console > API Keys > your app: both of the same app, not swapped, copied whole, without spaces or quotes. The app may also have been deleted or given a new secret; changes take some minutes.'
  }
  if (status === 429)
    return '8x8 wants fewer token requests. Wait a few minutes; the proxy asks twice an hour.'
  if (status >= 500)
    return '8x8 (or a gateway on the way) has a problem of its own. Try again in some minutes.'
  const setting = tokenUrl.origin === baseUrl.origin ? 'X8_BASE_URL' : 'X8_TOKEN_URL'
  return `${tokenUrl.origin} is not 8x8's token endpoint, or something on the way responds in its place. Check ${setting}: leave it unset for https://api.8x8.com.`
}
