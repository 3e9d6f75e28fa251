import { once } from 'node:events'
import { existsSync, lstatSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { Client } from 'undici'
import type { Config } from '../config/config.js'
import { addressesToListenOn, hostToConnectTo, isMissingAddress } from '../config/loopback.js'
import { parseObject } from '../http/json.js'
import { readText } from './foreign-text.js'
import { failed, type Outcome, passed } from './outcome.js'
import { authority } from './route.js'

type Listen = Config['listen']

const RESPONSE_TIMEOUT_MS = 2000
const LARGEST_RESPONSE_BYTES = 1024

/**
 * Checks that the proxy can listen on the configured address: binds it for a moment and releases it. An address that
 * another process of this program listens on passes.
 *
 * @param umask sets the mask of permissions of new files, and returns the one before
 */
export async function checkListen(where: Listen, umask: (mask: number) => number): Promise<Outcome<true>> {
  const address = 'socket' in where ? where.socket : authority(where)
  try {
    await bindAll(where, umask)
    return 'port' in where && where.port === 0
      ? passed('any free port will be taken and printed (X8_PORT=0)', true)
      : passed(`${address} is free`, true)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'no reason given'
    if (code !== 'EADDRINUSE')
      return failed(`${address} cannot be listened on (${code})`, adviceFor(code, where))
    const { address: taken } = error as { address?: string }
    const taker = await whoListens('socket' in where || !taken ? where : { ...where, host: taken })
    if (taker === 'this program') return passed(`an 8x8-auth-proxy is running on ${address} already`, true)
    if (taker === 'none' && 'socket' in where && lstatSync(where.socket).isSocket()) {
      return passed(`${address} was left behind by a crash, and will be taken over`, true)
    }
    return 'socket' in where
      ? failed(`${address} is taken by something else`, 'Set X8_SOCKET to another path.')
      : failed(
          `${address} is taken by another program`,
          'Set X8_PORT to a free port (0 takes any), or stop the other program.',
        )
  }
}

async function bind(where: Listen, umask: (mask: number) => number): Promise<void> {
  const server = createServer((socket) => socket.destroy())
  if ('socket' in where) {
    const before = umask(0o177)
    try {
      await once(server.listen(where.socket), 'listening')
    } finally {
      umask(before)
    }
  } else {
    await once(server.listen(where), 'listening')
  }
  await new Promise((resolve) => server.close(resolve))
}

/** Takes each address that the host stands for, as the program does: those that this machine does not have are left out. */
async function bindAll(where: Listen, umask: (mask: number) => number): Promise<void> {
  if ('socket' in where) return bind(where, umask)
  const addresses = addressesToListenOn(where.host)
  let missing = 0
  for (const host of addresses) {
    try {
      await bind({ ...where, host }, umask)
    } catch (error) {
      missing += 1
      if (!isMissingAddress(error) || missing === addresses.length) throw error
    }
  }
}

/** Finds out by `/-/live`, which takes any Host header and no key, whether this program is listening there. */
async function whoListens(where: Listen): Promise<'this program' | 'another' | 'none'> {
  const client =
    'socket' in where
      ? new Client('http://localhost', { socketPath: where.socket })
      : new Client(`http://${authority({ host: hostToConnectTo(where.host), port: where.port })}`)
  try {
    const { statusCode, body } = await client.request({
      method: 'GET',
      path: '/-/live',
      signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
    })
    const response = parseObject(await readText(body, LARGEST_RESPONSE_BYTES))
    return statusCode === 200 && response?.live === true ? 'this program' : 'another'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'none' : 'another'
  } finally {
    void client.destroy()
  }
}

function adviceFor(code: string, where: Listen): string {
  if ('socket' in where) {
    // Node says EACCES where the folder is missing, as it must on Windows.
    return code === 'ENOENT' || code === 'ENOTDIR' || !existsSync(dirname(where.socket))
      ? 'The folder of X8_SOCKET does not exist: make it, or set another path.'
      : 'Set X8_SOCKET to a short path in a folder that this user may write to.'
  }
  return code === 'EACCES'
    ? 'Ports below 1024 are not for every user: set X8_PORT to 1024 or above.'
    : 'X8_HOST must be an address of this machine: leave it unset for 127.0.0.1.'
}
