import type { AppCredentials, WorkCredentials } from './config.js'

/** The credentials while the program runs: secret files may change under it. */
export interface Credentials {
  /** What token requests are made with: the newest. */
  readonly newest: () => AppCredentials
  /** What stands in headers: the newest that 8x8 has given a token for, so that a wrong new key breaks nothing. */
  readonly inForce: () => AppCredentials
  /** 8x8 has given a token for these. */
  readonly accepted: (app: AppCredentials) => void
  readonly work: () => WorkCredentials | undefined
  /** Takes up new ones. @returns whether they differ from those before */
  replace(app: AppCredentials, work: WorkCredentials | undefined): boolean
}

export function createCredentials(app: AppCredentials, work: WorkCredentials | undefined): Credentials {
  let newest = app
  let inForce = app
  let currentWork = work
  return {
    newest: () => newest,
    inForce: () => inForce,
    accepted: (accepted) => void (inForce = accepted),
    work: () => currentWork,
    replace(newApp, newWork) {
      const changed =
        newApp.key !== newest.key ||
        newApp.secret !== newest.secret ||
        newWork?.username !== currentWork?.username ||
        newWork?.password !== currentWork?.password
      newest = newApp
      currentWork = newWork
      return changed
    },
  }
}
