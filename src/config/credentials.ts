import type { BaseLogger } from 'pino'
import type { CommandSecret } from './secret-command.js'
import type { AppCredentials, Secrets, WorkCredentials } from './config.js'

/** The secrets of callers and of 8x8 while the program runs: files may change under it. */
export interface Credentials {
  /** What token requests are made with: the newest. */
  readonly newest: () => AppCredentials
  /** What stands in headers: the newest that 8x8 has given a token for, so that a wrong new key breaks nothing. */
  readonly inForce: () => AppCredentials
  /** The key of a family: its own, else the one in force. */
  readonly keyOf: (family: { readonly name: string }) => string
  /** 8x8 has given a token for these. */
  readonly accepted: (app: AppCredentials) => void
  /**
   * 8x8 has refused these: X8_APP_SECRET_COMMAND is run, once for each secret that is refused.
   *
   * @returns whether there is a new secret to try
   */
  readonly renewed: (refused: AppCredentials) => Promise<boolean>
  readonly work: () => WorkCredentials | undefined
  /** What callers must send; undefined where they need not. */
  readonly proxyKey: () => string | undefined
  /** Takes up new ones. @returns which of them differ from those before */
  replace(secrets: ReplaceableSecrets): ReplacedSecrets
}

export type ReplaceableSecrets = Pick<Secrets, 'app' | 'work' | 'proxyKey'> &
  Partial<Pick<Secrets, 'familyKeys'>>

/** Which of them differ from those before. */
export interface ReplacedSecrets {
  /** What tokens are asked for with. */
  readonly forUpstream: boolean
  readonly familyKeys: boolean
  readonly proxyKey: boolean
}

/** Asks for the secret anew. */
export interface SecretSource {
  readonly run: () => Promise<CommandSecret>
  readonly log: BaseLogger
}

/** @param source where the secret comes from a command */
export function createCredentials(secrets: ReplaceableSecrets, source?: SecretSource): Credentials {
  let newest = secrets.app
  let inForce = secrets.app
  let renewedFor: string | undefined
  let { work, proxyKey, familyKeys = new Map<string, string>() } = secrets
  return {
    newest: () => newest,
    inForce: () => inForce,
    keyOf: ({ name }) => familyKeys.get(name) ?? inForce.key,
    accepted: (accepted) => void (inForce = accepted),
    async renewed({ secret }) {
      if (newest.secret !== secret) return true
      if (source === undefined || renewedFor === secret) return false
      renewedFor = secret
      const result = await source.run()
      // A reload may have brought one meanwhile.
      if (newest.secret !== secret) return true
      if ('error' in result)
        source.log.error({ errors: [result.error] }, 'the secret was refused, and there is no other')
      if ('error' in result || result.secret === secret) return false
      source.log.info('the secret was refused, its command has a new one')
      newest = { ...newest, secret: result.secret }
      return true
    },
    work: () => work,
    proxyKey: () => proxyKey,
    replace(given) {
      const forUpstream =
        given.app.key !== newest.key ||
        given.app.secret !== newest.secret ||
        given.work?.username !== work?.username ||
        given.work?.password !== work?.password
      const before = familyKeys
      // No token tells whether they are right: they are in force at once.
      familyKeys = given.familyKeys ?? familyKeys
      newest = given.app
      work = given.work
      // Whether there is one at all is decided at the start.
      const rotated = proxyKey !== undefined && given.proxyKey !== undefined && given.proxyKey !== proxyKey
      if (rotated) proxyKey = given.proxyKey
      return { forUpstream, familyKeys: !sameEntries(before, familyKeys), proxyKey: rotated }
    },
  }
}

function sameEntries(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  return before.size === after.size && [...before].every(([name, value]) => after.get(name) === value)
}
