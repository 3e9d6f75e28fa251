import type { Dispatcher } from 'undici'
import type { AppCredentials, Config, WorkCredentials } from '../config/config.js'
import { workTokenRequest } from '../token/request-token.js'
import { TokenError } from '../token/token-response.js'
import type { Clean } from './foreign-text.js'
import { failed, type Outcome, passed } from './outcome.js'
import { formatDuration } from '../telemetry/format-duration.js'

export interface WorkLoginOptions {
  readonly dispatcher: Dispatcher
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly clean: Clean
}

/** Checks that the Work Analytics user can log in. */
export async function checkWorkLogin(
  config: Config,
  secrets: { readonly app: AppCredentials; readonly work: WorkCredentials },
  { dispatcher, now, clean }: WorkLoginOptions,
): Promise<Outcome<true>> {
  const endpoint = { url: config.workTokenUrl, dispatcher, timeoutMs: config.tokenTimeoutMs }
  const startedMs = now()
  try {
    const { lifetimeMs } = await workTokenRequest(
      endpoint,
      () => secrets.app,
      () => secrets.work,
    )()
    const tookMs = Math.round(now() - startedMs)
    return passed(`the user logged in within ${tookMs} ms, for ${formatDuration(lifetimeMs)}`, true)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    return failed(`the login of Work Analytics: ${clean(error.message)}`, adviceFor(error))
  }
}

function adviceFor({ kind, message }: TokenError): string {
  // 8x8's code for a key without the product, as its specification has it.
  if (message.includes('SHA001')) {
    return 'Work Analytics does not take the app key: tick Analytics for 8x8 Work in Admin Console > API Keys > your app, and wait some minutes.'
  }
  return kind === 'refused'
    ? 'Check X8_WORK_USERNAME and X8_WORK_PASSWORD. The user must have opened Analytics for 8x8 Work in a browser once.'
    : 'Try again in some minutes. If it stays so, check X8_BASE_URL and the network.'
}
