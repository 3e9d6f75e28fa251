import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError } from '../../../src/config/config.js'
import { explainListenError, withListenErrors } from '../../../src/server/listen-error.js'

const folder = mkdtempSync(join(tmpdir(), 'listen-'))
after(() => rmSync(folder, { recursive: true }))
const socket = join(folder, 'x.sock')
const address = { host: '10.0.0.1', port: 8808 }

test('whatever the system says, it is one line that names a setting', () => {
  const codes = [
    'EADDRINUSE',
    'EADDRNOTAVAIL',
    'EAI_AGAIN',
    'EAI_FAIL',
    'EACCES',
    'EPERM',
    'ENOTFOUND',
    'EINVAL',
  ]
  for (const code of [...codes, 'ENODEV', 'EAFNOSUPPORT', 'EMFILE', 'ENEW'])
    assert.match(explainListenError(code, address), /^[^\n]*X8_(?:HOST|PORT)[^\n]*\.$/, code)
  for (const code of [
    'EADDRINUSE',
    'EACCES',
    'EPERM',
    'EROFS',
    'ENAMETOOLONG',
    'ELOOP',
    'ENOSPC',
    'ENOTSUP',
    'ENEW',
  ])
    assert.match(explainListenError(code, { socket }), /^[^\n]*X8_SOCKET[^\n]*\.$/, code)
})

test('the cure fits the reason', () => {
  for (const [code, where, cure] of [
    ['EROFS', { socket }, /read-only file system.*folder that can be written to/],
    ['ENAMETOOLONG', { socket }, /shorter/],
    ['EACCES', { socket }, /this user may write to/],
    ['EACCES', { socket: join(folder, 'missing', 'x.sock') }, /does not exist .*make it/],
    ['EACCES', { host: '127.0.0.1', port: 80 }, /X8_PORT to 1024 or above/],
    ['EPERM', { host: '127.0.0.1', port: 8808 }, /another X8_PORT/],
    ['EINVAL', { host: 'FE80::1', port: 8808 }, /FE80::1%eth0/],
    ['EADDRNOTAVAIL', { host: 'fe80::1%eth9', port: 8808 }, /not an address of this machine/],
    ['ENOTFOUND', { host: 'nowhere', port: 8808 }, /was not found.*127\.0\.0\.1/],
    ['EAI_AGAIN', { host: 'nowhere', port: 8808 }, /cannot be looked up now.*127\.0\.0\.1/],
  ] as const) {
    assert.match(explainListenError(code, where), cure, code)
  }
})

test('only what the system says is explained, a bug stays a bug', async () => {
  const system = Object.assign(new Error('listen EROFS /x'), { code: 'EROFS', syscall: 'listen' })
  await assert.rejects(
    withListenErrors({ socket }, () => Promise.reject(system)),
    ConfigError,
  )
  const bug = Object.assign(new TypeError('no'), { code: 'ERR_INVALID_ARG_TYPE' })
  await assert.rejects(
    withListenErrors({ socket }, () => Promise.reject(bug)),
    bug,
  )
})
