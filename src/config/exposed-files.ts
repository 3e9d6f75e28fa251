import { realpathSync, statSync } from 'node:fs'
import { platform } from 'node:os'
import { resolve } from 'node:path'
import type { Environment } from './config.js'
import { SECRET_SETTINGS } from './family-settings.js'

const READABLE_BY_OTHERS = 0o004
const WRITABLE_BY_OTHERS = 0o002

/**
 * One sentence for each file with credentials that every user of this machine may read or write. Mounted secrets of Docker
 * and Kubernetes are left out: everything below `/run/secrets` and `/var/run/secrets`, and what leads through a volume's
 * `..data`. They are 0444 or 0644 by default, for a user inside of the container.
 *
 * @param dotenv the path of the `.env` file, which need not be there
 */
export function warnOfExposedFiles(environment: Environment, dotenv: string | undefined): string[] {
  // Windows has no such modes.
  if (platform() === 'win32') return []
  const files = SECRET_SETTINGS.map((name) => [`${name}_FILE`, environment[`${name}_FILE`] ?? ''] as const)
  return [['', dotenv ?? ''] as const, ...files].flatMap(([name, path]) => {
    const mode = path === '' || isMounted(path) ? 0 : modeOf(path)
    const rights = [
      ...(mode & READABLE_BY_OTHERS ? ['read'] : []),
      ...(mode & WRITABLE_BY_OTHERS ? ['change'] : []),
    ]
    if (rights.length === 0) return []
    const what = name === '' ? path : `the file of ${name}`
    return `every user of this machine may ${rights.join(' and ')} ${what}: chmod 600 ${path}`
  })
}

function isMounted(path: string): boolean {
  return [resolve(path), realPath(path)].some((place) =>
    /^(?:\/var)?\/run\/secrets\/|\/\.\.[^/]+\//.test(place),
  )
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function modeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mode ?? 0
}
