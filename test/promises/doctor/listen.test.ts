import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { spawn } from 'node:child_process'
import { checkListen } from '../../../src/doctor/check-listen.js'
import { startProxy } from '../../support/proxy.js'
import { temporaryFolder } from './command.js'
import { closedPort, httpServer, silentServer } from './servers.js'
import { examine, sandboxWith } from './examine.js'

test('a port that another program has is a failure with what to set', async () => {
  const { environment } = await sandboxWith({ products: ['storage'] })
  const { port } = new URL(await httpServer((_request, response) => void response.end('something else')))
  const { code, failed, checks } = await examine({ ...environment, X8_PORT: port })

  assert.equal(code, 1)
  assert.deepEqual(failed, ['listen'])
  assert.equal(checks.listen!.detail, `127.0.0.1:${port} is taken by another program`)
  assert.match(checks.listen!.advice!, /^Set X8_PORT to a free port/)
})

test('a port that this program has already is fine', async () => {
  const { environment } = await sandboxWith({ products: ['storage'] })
  const proxy = await startProxy(environment)
  const { code, checks } = await examine({ ...environment, X8_PORT: String(proxy.port) })

  assert.equal(code, 0)
  assert.equal(checks.listen!.detail, `an 8x8-auth-proxy is running on 127.0.0.1:${proxy.port} already`)
})

test('a port whose owner never responds is another program', async () => {
  const port = await silentServer()
  const { status } = await check({ host: '127.0.0.1', port })

  assert.equal(status, 'failed')
})

test('a free port is given back after the check', async () => {
  const where = { host: '127.0.0.1', port: await closedPort() }

  assert.equal((await check(where)).detail, `127.0.0.1:${where.port} is free`)
  const server = createServer()
  await once(server.listen(where), 'listening')
  server.close()
})

test('an address of another machine points at X8_HOST', async () => {
  // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
  const { status, advice } = await check({ host: '192.0.2.1', port: 0 })

  assert.equal(status, 'failed')
  assert.match(advice!, /X8_HOST must be an address of this machine/)
})

test('a port that another program has on one of the addresses of localhost is taken', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer((socket) => socket.destroy())
    const hasAddress = await once(server.listen(0, host), 'listening').then(
      () => true,
      () => false,
    )
    if (!hasAddress) continue
    const { port } = server.address() as AddressInfo
    const { detail } = await check({ host: 'localhost', port })
    server.close()

    assert.equal(detail, `localhost:${port} is taken by another program`)
  }
})

test('a socket that is free is free afterwards too', async () => {
  const socket = await pathInFolder()

  assert.equal((await check({ socket })).detail, `${socket} is free`)
  assert.equal(existsSync(socket), false)
})

test('a socket that a crash left behind will be taken over, and is left alone here', async () => {
  const socket = await pathInFolder()
  const child = spawn(process.execPath, [
    '-e',
    `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`,
    socket,
  ])
  await once(child, 'exit')

  assert.match((await check({ socket })).detail, /left behind by a crash/)
  assert.equal(existsSync(socket), true)
})

test('a file where the socket should be is not touched', async () => {
  const socket = await pathInFolder()
  await writeFile(socket, 'precious')
  const { status, advice } = await check({ socket })

  assert.equal(status, 'failed')
  assert.equal(advice, 'Set X8_SOCKET to another path.')
})

test('a socket in a folder that is not there says so', async () => {
  const { status, advice } = await check({ socket: join(await pathInFolder(), 'deeper', 'x.sock') })

  assert.equal(status, 'failed')
  assert.match(advice!, /folder of X8_SOCKET/)
})

function check(where: Parameters<typeof checkListen>[0]) {
  return checkListen(where, (mask) => process.umask(mask))
}

async function pathInFolder(): Promise<string> {
  return join(await temporaryFolder(), 'proxy.sock')
}
