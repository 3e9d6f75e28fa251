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
import { SETTINGS } from '../../src/config/settings.js'
import { parseDockerfile } from '../support/dockerfile.js'
import { buildImage, containerPath, readContextNames } from '../support/image.js'
import { NODE_VERSIONS } from '../support/node-versions.js'
import { projectFolder } from '../support/project.js'
import { isRoot, unprivileged } from '../support/unprivileged.js'
import { startUpstream } from '../support/upstream.js'

// There may be no Docker engine here, so the lines of the Dockerfile are run without one.

const stages = parseDockerfile(read('Dockerfile'))
const compose = parseYaml(read('docker-compose.yml')) as {
  services: { '8x8': { environment: Readonly<Record<string, string>> } }
}
const PACKAGE = JSON.parse(read('package.json')) as Record<'name' | 'description' | 'license', string>
const image = await buildImage()
after(() => image.remove())

test('every image is pinned by tag and digest, and runs a Node line that the matrix tests', () => {
  const [build, run] = stages.map(({ from }) => /^(.+):([^:@]+)@sha256:[0-9a-f]{64}$/.exec(from))
  const [release] = /^\d+\.\d+\.\d+(?=-)/.exec(build![2]!)!
  const [, line] = /^gcr\.io\/distroless\/nodejs(\d+)-debian\d+$/.exec(run![1]!)!
  assert.equal(build![1], 'node')
  assert.equal(run![2], 'nonroot')
  assert.ok(NODE_VERSIONS.includes(line!), line)
  assert.equal(release.split('.')[0], line, 'what builds is of the line that runs')
})

test('the image is the same on every architecture: JavaScript and nothing native, built on whichever builds it', () => {
  const [build, run] = stages
  assert.deepEqual([build!.platform, run!.platform], ['$BUILDPLATFORM', undefined])
  assert.ok(
    run!.steps.every((step) => step.do !== 'RUN'),
    'nothing has to run on the architecture that it is for',
  )
  const files = readdirSync(image.root, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory(),
  )
  assert.ok(files.length > 10)
  const known = /^LICENSE$|^\.env\.example$|\.(?:js|map|json|html|css|txt)$/
  for (const { name, parentPath } of files) {
    assert.match(name, known)
    const content = readFileSync(join(parentPath, name))
    assert.equal(content.includes(0), false, `${name} is text`)
    assert.doesNotMatch(content.toString(), /require\([^)]*\.node['"`]\)|process\.dlopen/, name)
  }
})

test('no package that the program needs is for one system or processor, or has an install script', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { dev?: boolean; os?: string[]; cpu?: string[]; hasInstallScript?: boolean }>
  }
  const needed = Object.entries(packages).filter(([name, { dev }]) => name !== '' && dev !== true)
  assert.ok(needed.length > 20)
  const bound = needed.filter(
    ([, { os, cpu, hasInstallScript }]) => os !== undefined || cpu !== undefined || hasInstallScript === true,
  )
  assert.deepEqual(
    bound.map(([name]) => name),
    [],
  )
})

test('the labels say what it is, and take from the build what only a release knows', () => {
  const { args, labels, from } = stages.at(-1)!
  const prefix = 'org.opencontainers.image.'
  assert.deepEqual(Object.keys(args), ['VERSION', 'REVISION', 'SOURCE', 'CREATED'])
  assert.deepEqual(
    Object.fromEntries(
      Object.entries(labels).map(([name, value]) => [
        name.slice(name.startsWith(prefix) ? prefix.length : 0),
        value,
      ]),
    ),
    {
      title: PACKAGE.name,
      description: PACKAGE.description,
      licenses: PACKAGE.license,
      version: '$VERSION',
      revision: '$REVISION',
      created: '$CREATED',
      source: '$SOURCE',
      documentation: '$SOURCE#readme',
      'base.name': from.slice(0, from.indexOf('@')),
    },
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
  assert.deepEqual(readdirSync(workingFolder).toSorted(), ['.env.example', 'LICENSE', 'dist', 'package.json'])
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
  const { entrypoint, healthcheck, user, ports, env, steps } = image.stage
  assert.match(user!, /^[1-9]\d+:[1-9]\d+$/, 'a number, which is not that of root')
  assert.deepEqual(entrypoint, ['node', 'dist/bundle/main.js'])
  assert.deepEqual(healthcheck, [...entrypoint, 'health'])
  assert.equal(env.PATH, '/nodejs/bin:$PATH')
  assert.deepEqual(ports, [String(SETTINGS.X8_PORT.default)])
  // Docker gives a folder that WORKDIR makes to the image's user.
  assert.equal(
    steps.findIndex((step) => step.do === 'WORKDIR'),
    steps.length - 1,
  )
})

test('the image serves the other containers from a tree that it cannot write, and ends when told to', async (t) => {
  if (isRoot && unprivileged === undefined)
    t.diagnostic('NOT PROVEN HERE: root may not become another user, so the tree is writable after all')
  else assertReadOnly(image.workingFolder)
  const upstream = await startUpstream()
  const port = await findFreePort()
  const environment = {
    ...image.stage.env,
    PATH: containerPath,
    ...withSecretFiles(compose.services['8x8'].environment),
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
