import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { parse as parseYaml } from 'yaml'
import { loadConfig } from '../../src/config/load-config.js'
import { SETTINGS } from '../../src/config/settings.js'
import { parseDockerfile } from '../support/dockerfile.js'
import { buildImage, containerPath, readContextNames } from '../support/image.js'
import { NODE_VERSIONS } from '../support/node-versions.js'
import { projectFolder } from '../support/project.js'
import { isRoot, unprivileged } from '../support/unprivileged.js'
import { startUpstream } from '../support/upstream.js'

// There may be no Docker engine here, so the lines of the Dockerfile are run without one.

interface Service {
  readonly environment?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

const stages = parseDockerfile(read('Dockerfile'))
const compose = parseYaml(read('docker-compose.yml')) as {
  services: { '8x8': Service; '8x8-replicas': Service; app: Service; 'token-store': Service }
  networks: Record<string, { internal?: boolean }>
  secrets: Record<string, { file: string }>
}
const proxyService = compose.services['8x8']
const image = await buildImage()
after(() => image.remove())

test('the image pins an exact release of a Node line that the matrix tests', () => {
  const [, tag] = /^node:(.+)$/.exec(stages[0]!.from) ?? []
  const [, line] = /^(\d+)\.\d+\.\d+-[a-z]+-slim$/.exec(tag ?? '') ?? []
  assert.ok(NODE_VERSIONS.includes(line ?? ''), `node:${tag}`)
  assert.deepEqual(
    stages.slice(1).map(({ from }) => from),
    stages.slice(1).map(() => stages[0]!.name),
  )
})

test('the builder gets the files that the Dockerfile copies and no other, so no secret can end up in an image', () => {
  const copied = stages.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.do === 'COPY' && step.from === undefined ? step.sources : [])),
  )
  assert.deepEqual(new Set(readContextNames()), new Set(copied.map((source) => source.replace(/\/$/, ''))))
})

test('the image holds the bundled program and nothing else', () => {
  const { workingFolder } = image
  assert.deepEqual(readdirSync(workingFolder).toSorted(), ['dist', 'package.json'])
  assert.deepEqual(readdirSync(join(workingFolder, 'dist')), ['bundle'])
})

test('the image has every part that is loaded on request', async () => {
  const port = await findFreePort()
  const program = runInImage([...image.stage.entrypoint!, 'sandbox'], {
    X8_PORT: String(port),
  })
  after(() => program.kill('SIGKILL'))
  const output = collectOutput(program)
  await waitUntilLive(port, program, output)
  const page = await (await fetch(`http://127.0.0.1:${port}/-/`)).text()
  const assets = [...page.matchAll(/(?:src|href)="([^"#:]+\.(?:js|css))"/g)].map(([, path]) => path!)
  assert.ok(assets.length >= 2)
  for (const path of [...assets, '/-/status', '/-/metrics', '/-/postman.json', '/-/openapi.json']) {
    const response = await fetch(new URL(path, `http://127.0.0.1:${port}/-/`))
    assert.equal(response.status, 200, `${path}\n${output()}`)
    assert.ok((await response.text()).length > 500, path)
  }
  program.kill('SIGTERM')
  assert.deepEqual(await once(program, 'exit'), [0, null], output())

  const upstream = await startUpstream()
  const credentials = { X8_APP_KEY: 'key', X8_APP_SECRET: 'secret-of-image', X8_BASE_URL: upstream.origin }
  const doctor = runInImage([...image.stage.entrypoint!, 'doctor', '--json'], {
    ...credentials,
    X8_PORT: '0',
  })
  const report = collectOutput(doctor)
  await once(doctor, 'close')
  assert.equal((JSON.parse(report()) as { ok: boolean }).ok, true, report())

  // That it could be loaded is told by what went wrong then.
  const storePort = await findFreePort()
  const sharing = runInImage(image.stage.entrypoint!, {
    ...credentials,
    X8_PORT: '0',
    X8_TOKEN_STORE_URL: `redis://127.0.0.1:${storePort}`,
  })
  after(() => sharing.kill('SIGKILL'))
  const said = collectOutput(sharing)
  for await (const _ of sharing.stdout!) if (said().includes('token obtained')) break
  assert.match(said(), /"reason":"ECONNREFUSED","msg":"the token store is of no use/)
  sharing.kill('SIGTERM')
})

test('a stack trace of the image leads to the sources', async () => {
  const { workingFolder } = image
  const chunk = readdirSync(join(workingFolder, 'dist/bundle')).find(
    (name) =>
      name.endsWith('.js') &&
      read(join(workingFolder, 'dist/bundle', name)).includes('function createCircuitBreaker('),
  )
  assert.ok(chunk)
  const map = JSON.parse(read(join(workingFolder, 'dist/bundle', `${chunk}.map`))) as { sources: string[] }
  assert.ok(map.sources.includes('../../src/proxy/upstream/circuit-breaker.ts'), map.sources.join('\n'))
})

test('the image starts the program itself, without a shell, as an unprivileged user', () => {
  const { entrypoint, healthcheck, user, ports } = image.stage
  assert.equal(user, 'node')
  assert.deepEqual(entrypoint, ['node', 'dist/bundle/main.js'])
  assert.equal(healthcheck?.[0], 'node')
  assert.match(healthcheck.join(' '), /'\/-\/live'/)
  assert.deepEqual(ports, [String(SETTINGS.X8_PORT.default)])
})

test('the image serves the other containers from a tree that it cannot write, and ends when told to', async (t) => {
  if (isRoot && unprivileged === undefined)
    t.diagnostic('NOT PROVEN HERE: root may not become another user, so the tree is writable after all')
  else assertReadOnly(image.workingFolder)
  const upstream = await startUpstream()
  const port = await findFreePort()
  const environment = {
    ...image.stage.env,
    ...withSecretFiles(proxyService.environment!),
    X8_BASE_URL: upstream.origin,
    X8_PORT: String(port),
  }

  const program = runInImage(image.stage.entrypoint!, environment)
  after(() => program.kill('SIGKILL'))
  const output = collectOutput(program)
  const exit = once(program, 'exit')
  await waitUntilLive(port, program, output)

  assert.equal(await checkHealth(environment), 0)
  const response = await callByServiceName(port, '/storage/us-west/v3/objects')
  assert.equal(response, '{"ok":true}', output())
  assert.equal(upstream.received[0]?.headers.authorization, 'Bearer token-1')
  program.kill('SIGTERM')
  assert.deepEqual(await exit, [0, null], output())
  assert.notEqual(await checkHealth(environment), 0)
  assert.doesNotMatch(output(), /EACCES|EROFS|EPERM|secret-of-/)
})

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

/** No entry of the tree has a write permission, for whomever. */
function assertReadOnly(folder: string): void {
  if (!isRoot) assert.throws(() => accessSync(folder, constants.W_OK))
  const { stdout } = spawnSync('find', [folder, '!', '-type', 'l', '-perm', '/222'], { encoding: 'utf8' })
  assert.equal(stdout, '')
}

/** Puts files in the place of /run/secrets, readable for the container's user as the compose file asks for. */
function withSecretFiles(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (!value.startsWith('/run/secrets/')) return [name, value]
      const path = join(image.scratch, name)
      writeFileSync(path, `secret-of-${name}\n`, { mode: 0o444 })
      return [name, path]
    }),
  )
}

/**
 * Runs an exec form in the image's folder with the image's rights. HOME and TMPDIR do not exist, and a measurement of
 * coverage, which Node hands down to its children, ends here: it writes files.
 */
function runInImage(
  [command, ...args]: readonly string[],
  environment: Record<string, string>,
): ChildProcess {
  const nowhere = join(image.scratch, 'nowhere')
  return spawn(command!, args, {
    cwd: image.workingFolder,
    env: { PATH: containerPath, HOME: nowhere, TMPDIR: nowhere, NODE_V8_COVERAGE: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...unprivileged,
  })
}

async function checkHealth(environment: Record<string, string>): Promise<number | null> {
  const check = runInImage(image.stage.healthcheck!, environment)
  const [code] = (await once(check, 'exit')) as [number | null]
  return code
}

function collectOutput(program: ChildProcess): () => string {
  let output = ''
  for (const stream of [program.stdout!, program.stderr!])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  return () => output
}

async function waitUntilLive(port: number, program: ChildProcess, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (program.exitCode !== null) break
    const response = await fetch(`http://127.0.0.1:${port}/-/live`).catch(() => undefined)
    if (response?.status === 200) return
    await wait(50)
  }
  assert.fail(`the program does not respond:\n${output()}`)
}

/** As the example app calls: the connection goes to the container's address, the Host header has the service's name. */
async function callByServiceName(port: number, path: string): Promise<string> {
  const request = get({ host: '127.0.0.1', port, path, headers: { Host: `8x8:${port}` } })
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
