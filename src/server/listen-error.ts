import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Config, ConfigError } from '../config/config.js'

type Where = Config['listen']

/** Runs what takes an address. What the system says against it becomes a configuration error that names the setting. */
export async function withListenErrors<T>(where: Where, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    // Without a system call it is an error of this program.
    if (code === undefined || syscall === undefined) throw error
    throw new ConfigError([explainListenError(code, where)])
  }
}

/** Says in one sentence which setting keeps the program from listening, and what to do. */
export function explainListenError(code: string, where: Where): string {
  return 'socket' in where ? explainSocket(code, where.socket) : explainAddress(code, where)
}

function explainSocket(code: string, path: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'X8_SOCKET is taken: another program listens there. Set it to another path.'
    case 'EROFS':
      return 'X8_SOCKET is on a read-only file system (EROFS): set it to a path in a folder that can be written to, such as /tmp or /run.'
    case 'ENAMETOOLONG':
      return 'X8_SOCKET is too long a path for this system (ENAMETOOLONG): set it to a shorter one.'
    default:
      // Node says EACCES of a folder that does not exist, too.
      return existsSync(dirname(path))
        ? `X8_SOCKET cannot be made there (${code}): its folder must be one that this user may write to, on a local disk.`
        : `The folder of X8_SOCKET does not exist (${code}): make it, or set another path.`
  }
}

function explainAddress(code: string, { host, port }: { host: string; port: number }): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'The port is taken by another program, perhaps another 8x8-auth-proxy. Set X8_PORT to a free one (0 takes any).'
    case 'EACCES':
    case 'EPERM':
      return port > 0 && port < 1024
        ? `The port may not be used by this user (${code}). Set X8_PORT to 1024 or above.`
        : `X8_HOST and X8_PORT may not be listened on by this user (${code}). Set another X8_PORT, or leave X8_HOST unset for 127.0.0.1.`
    case 'ENOTFOUND':
      return `X8_HOST is a name that was not found (${code}). ${INSTEAD}`
    case 'EAI_AGAIN':
      return `X8_HOST is a name that cannot be looked up now (${code}). ${INSTEAD}`
    default:
      if (/^fe[89ab][0-9a-f]:/i.test(host) && !host.includes('%')) {
        return `X8_HOST is a link-local address, which needs its network interface (${code}): write it as ${host}%eth0, with the name of yours.`
      }
      return `X8_HOST is not an address of this machine (${code}). ${INSTEAD}`
  }
}

const INSTEAD = 'Set it to an address of this machine, or leave it unset for 127.0.0.1.'
