import type { AppCredentials, Secrets, WorkCredentials } from './config.js'

/** The secrets of callers and of 8x8 while the program runs: files may change under it. */
export interface Credentials {
  /** What token requests are made with: the newest. */
  readonly newest: () => AppCredentials
  /** What stands in headers: the newest that 8x8 has given a token for, so that a wrong new key breaks nothing. */
  readonly inForce: () => AppCredentials
  /** 8x8 has given a token for these. */
  readonly accepted: (app: AppCredentials) => void
  readonly work: () => WorkCredentials | undefined
  /** What callers must send; undefined where they need not. */
  readonly proxyKey: () => string | undefined
  /** Takes up new ones. @returns which of them differ from those before */
  replace(secrets: ReplaceableSecrets): { readonly forUpstream: boolean; readonly proxyKey: boolean }
}

export type ReplaceableSecrets = Pick<Secrets, 'app' | 'work' | 'proxyKey'>

export function createCredentials(secrets: ReplaceableSecrets): Credentials {
  let newest = secrets.app
  let inForce = secrets.app
  let { work, proxyKey } = secrets
  return {
    newest: () => newest,
    inForce: () => inForce,
    accepted: (accepted) => void (inForce = accepted),
    work: () => work,
    proxyKey: () => proxyKey,
    replace(given) {
      const forUpstream =
        given.app.key !== newest.key ||
        given.app.secret !== newest.secret ||
        given.work?.username !== work?.username ||
        given.work?.password !== work?.password
      newest = given.app
      work = given.work
      // Whether there is one at all is decided at the start.
      const rotated = proxyKey !== undefined && given.proxyKey !== undefined && given.proxyKey !== proxyKey
      if (rotated) proxyKey = given.proxyKey
      return { forUpstream, proxyKey: rotated }
    },
  }
}
