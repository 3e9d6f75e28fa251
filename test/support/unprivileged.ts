import { spawnSync } from 'node:child_process'

/** Another user for a child process. */
export interface ProcessUser {
  readonly uid: number
  readonly gid: number
}

const NOBODY = { uid: 65534, gid: 65534 }

/** Whether this process is root, whom no file permission stops. */
export const isRoot = process.getuid?.() === 0

/**
 * Who runs what an unprivileged user should run: nobody if this is root, otherwise (`undefined`) this user. Also
 * `undefined` where root may not become another user, or no other user may run this Node.
 */
export const unprivileged: ProcessUser | undefined =
  isRoot && spawnSync(process.execPath, ['--version'], NOBODY).status === 0 ? NOBODY : undefined
