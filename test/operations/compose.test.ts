import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { loadConfig } from '../../src/config/load-config.js'
import { SETTINGS } from '../../src/config/settings.js'
import { projectFolder } from '../support/project.js'

interface Service {
  readonly environment?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

const compose = parseYaml(read('docker-compose.yml')) as {
  services: { '8x8': Service; '8x8-replicas': Service; app: Service; 'token-store': Service }
  networks: Record<string, { internal?: boolean }>
  secrets: Record<string, { file: string }>
}
const proxyService = compose.services['8x8']

test('docker-compose.yml follows the Compose specification', () => {
  const linter = join(projectFolder, 'node_modules/dclint/bin/dclint.cjs')
  // The order of keys is the reader's: what it is, how it is reached, how it is confined.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [linter, '--disable-rule', 'service-keys-order', '--max-warnings', '0', 'docker-compose.yml'],
    { cwd: projectFolder, encoding: 'utf8' },
  )
  assert.equal(status, 0, stdout + stderr)
})

// A second opinion where there is one: few machines have the plugin, and the schema is checked above in any case.
if (spawnSync('docker', ['compose', 'version']).status === 0) {
  test('Docker Compose itself accepts docker-compose.yml', () => {
    const { status, stderr } = spawnSync('docker', ['compose', 'config', '--quiet'], {
      cwd: projectFolder,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
  })
}

test('Compose publishes the port on this machine only', () => {
  const port = SETTINGS.X8_PORT.default
  assert.deepEqual(proxyService.ports, [`127.0.0.1:${port}:${port}`])
  assert.equal(compose.services.app.ports, undefined)
  assert.equal(proxyService.network_mode, undefined)
})

test('Compose confines every container: read-only root, no capabilities, no new privileges', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    assert.equal(service.read_only, true, name)
    assert.deepEqual(service.cap_drop, ['ALL'], name)
    assert.equal(service.cap_add, undefined, name)
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name)
    assert.equal(service.privileged, undefined, name)
    // The images name an unprivileged user themselves, but for the store's, which starts as root.
    assert.equal(service.user, name === 'token-store' ? 'valkey' : undefined, name)
  }
})

test('Compose hands over the key and the secret as files, which git ignores', () => {
  assert.deepEqual(proxyService.secrets, Object.keys(compose.secrets))
  for (const [name, { file }] of Object.entries(compose.secrets)) {
    assert.equal(proxyService.environment?.[`${name.toUpperCase()}_FILE`], `/run/secrets/${name}`)
    assert.equal(file, `./secrets/${name}.txt`)
  }
  assert.ok(read('.gitignore').split('\n').includes('/secrets/'))
  assert.equal(compose.services.app.secrets, undefined)
})

test('Docker waits longer than the program needs to end', () => {
  const [, seconds] = /^(\d+)s$/.exec(String(proxyService.stop_grace_period)) ?? []
  assert.ok(Number(seconds) * 1000 > SETTINGS.X8_SHUTDOWN_GRACE_MS.default)
})

test('the replicas are the same proxy, two of it, and start with their store only when asked for', () => {
  const { '8x8-replicas': replicas, 'token-store': store } = compose.services
  const same = ['build', 'secrets', 'stop_grace_period', 'restart', 'logging']
  for (const key of same) assert.deepEqual(replicas[key], proxyService[key], key)
  assert.deepEqual(replicas.deploy, { replicas: 2 })
  assert.equal(replicas.ports, undefined, 'two cannot publish the same port')
  assert.deepEqual([replicas.profiles, store.profiles], [['replicas'], ['replicas']])
  assert.equal(proxyService.profiles, undefined)
})

test('the replicas share a token through a store that only they reach', () => {
  const { '8x8-replicas': replicas, 'token-store': store } = compose.services
  const { X8_TOKEN_STORE_URL, X8_ALLOWED_HOSTS, ...others } = replicas.environment!
  const { X8_ALLOWED_HOSTS: _hosts, ...othersOfOne } = proxyService.environment!
  assert.deepEqual(others, othersOfOne)
  assert.equal(X8_ALLOWED_HOSTS, 'localhost,8x8-replicas')
  assert.ok(loadConfig(replicas.environment!, () => 'secret').config.allowedHosts.has('8x8-replicas'))
  assert.equal(X8_TOKEN_STORE_URL, 'redis://token-store:6379')
  assert.equal(store.ports, undefined)
  assert.deepEqual(store.networks, ['token-store'])
  assert.deepEqual(replicas.networks, ['default', 'token-store'])
  assert.equal(compose.networks['token-store']?.internal, true)
  assert.match(String(store.image), /^valkey\/valkey:\d+\.\d+\.\d+-alpine$/)
})

test('the example app waits for the proxy and calls it by a name that the settings allow', () => {
  const { app } = compose.services
  assert.deepEqual(app.depends_on, { '8x8': { condition: 'service_healthy' } })
  const url = new URL((app.command as string[]).at(-1)!)
  assert.equal(url.port, String(SETTINGS.X8_PORT.default))
  const { allowedHosts } = loadConfig(proxyService.environment!, () => 'secret').config
  assert.ok(allowedHosts.has(url.hostname))
  assert.ok(allowedHosts.has('localhost'))
})

function read(name: string): string {
  return readFileSync(resolve(projectFolder, name), 'utf8')
}
