import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { loadConfig } from '../../src/config/load-config.js'
import { SETTINGS } from '../../src/config/settings.js'
import { projectFolder } from '../support/project.js'

interface Service {
  readonly environment?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks?: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

/** The one of this folder builds the image; those of `deploy/` use the published one. */
const FILES = ['docker-compose.yml', 'deploy/compose/sidecar.yml', 'deploy/compose/replicas.yml']

const [compose, besideApp, replicated] = FILES.map((file) => parseYaml(read(file)) as Compose) as [
  Compose & { services: { '8x8': Service; '8x8-replicas': Service; app: Service; 'token-store': Service } },
  Compose & { services: { '8x8': Service; app: Service } },
  Compose & { services: { '8x8': Service; 'token-store': Service } },
]
const proxyService = compose.services['8x8']

test('the files follow the Compose specification', () => {
  const linter = join(projectFolder, 'node_modules/dclint/bin/dclint.cjs')
  // The order of keys is the reader's: what it is, how it is reached, how it is confined.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [linter, '--disable-rule', 'service-keys-order', '--max-warnings', '0', ...FILES],
    { cwd: projectFolder, encoding: 'utf8' },
  )
  assert.equal(status, 0, stdout + stderr)
})

// A second opinion where there is one: few machines have the plugin, and the schema is checked above in any case.
if (spawnSync('docker', ['compose', 'version']).status === 0) {
  test('Docker Compose itself accepts the files', () => {
    for (const file of FILES) {
      const { status, stderr } = spawnSync('docker', ['compose', '--file', file, 'config', '--quiet'], {
        cwd: projectFolder,
        encoding: 'utf8',
      })
      assert.equal(status, 0, stderr)
    }
  })
}

test('Compose publishes the port on this machine only', () => {
  const port = SETTINGS.X8_PORT.default
  assert.deepEqual(proxyService.ports, [`127.0.0.1:${port}:${port}`])
  assert.equal(compose.services.app.ports, undefined)
  assert.equal(proxyService.network_mode, undefined)
})

test('Compose confines every container: read-only root, no capabilities, no new privileges', () => {
  const all = [compose, besideApp, replicated].flatMap(({ services }) => Object.entries(services))
  assert.equal(all.length, 8)
  for (const [name, service] of all) {
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
  for (const [i, { services, secrets }] of [compose, besideApp, replicated].entries()) {
    const proxy = services['8x8']
    assert.deepEqual(proxy.secrets, Object.keys(secrets))
    for (const [name, { file }] of Object.entries(secrets)) {
      assert.equal(proxy.environment?.[`${name.toUpperCase()}_FILE`], `/run/secrets/${name}`)
      assert.equal(file, `./secrets/${name}.txt`)
      const folder = join('/', dirname(FILES[i]!), 'secrets/')
      assert.ok(read('.gitignore').split('\n').includes(folder), folder)
    }
    assert.equal(services.app?.secrets, undefined)
  }
})

test('Docker waits longer than the program needs to end', () => {
  for (const { services } of [compose, besideApp, replicated]) {
    const [, seconds] = /^(\d+)s$/.exec(String(services['8x8'].stop_grace_period)) ?? []
    assert.ok(Number(seconds) * 1000 > SETTINGS.X8_SHUTDOWN_GRACE_MS.default)
  }
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
  assert.equal(compose.networks!['token-store']?.internal, true)
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

test('the published image is used in the version of the package', () => {
  const { name, version } = JSON.parse(read('package.json')) as { name: string; version: string }
  for (const { services } of [besideApp, replicated]) {
    assert.equal(services['8x8'].build, undefined)
    assert.match(String(services['8x8'].image), new RegExp(`/${name}:${version}$`))
  }
})

test('the app beside the proxy has its network, in which nobody else calls it', () => {
  const { '8x8': proxy, app } = besideApp.services
  assert.equal(app.network_mode, 'service:8x8')
  assert.deepEqual(app.depends_on, { '8x8': { condition: 'service_healthy', restart: true } })
  assert.deepEqual([proxy.ports, proxy.networks], [undefined, undefined])
  const { listen } = loadConfig(proxy.environment!, () => 'secret').config
  assert.deepEqual(listen, { host: '127.0.0.1', port: SETTINGS.X8_PORT.default })
  assert.match((app.command as string[]).join(' '), new RegExp(`http://127\\.0\\.0\\.1:${listen.port}/`))
})

test('the published replicas are those that are built, under the name of the one', () => {
  const { '8x8-replicas': built, 'token-store': builtStore } = compose.services
  const { '8x8': proxy, 'token-store': store } = replicated.services
  const { build: _build, profiles: _profiles, networks: _networks, environment, ...rest } = built
  const { image: _image, networks, environment: ours, ...published } = proxy
  assert.deepEqual(published, rest)
  assert.deepEqual(networks, ['8x8', 'token-store'])
  assert.deepEqual(ours, { ...environment, X8_ALLOWED_HOSTS: 'localhost,8x8' })
  const { profiles: _, ...storeOfBuilt } = builtStore
  assert.deepEqual(store, storeOfBuilt)
  assert.equal(replicated.networks!['token-store']?.internal, true)
})

function read(name: string): string {
  return readFileSync(resolve(projectFolder, name), 'utf8')
}
