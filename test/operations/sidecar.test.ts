import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1'
import { parse as parseYaml } from 'yaml'
import { loadConfig } from '../../src/config/load-config.js'
import { SETTING_NAMES, SETTINGS } from '../../src/config/settings.js'
import { startProgram } from '../support/program.js'
import { projectFolder } from '../support/project.js'
import { startUpstream } from '../support/upstream.js'

const text = readFileSync(join(projectFolder, 'test/operations/sidecar.yaml'), 'utf8')
// With merges and anchors as Kubernetes' own reader knows them.
const manifest = parseYaml(text, { version: '1.1' }) as IDeployment
const pod = manifest.spec!.template.spec!
const sidecar = pod.initContainers![0]!
const environment = Object.fromEntries((sidecar.env ?? []).map(({ name, value }) => [name, value!]))

test("the manifest is valid by Kubernetes' own schema", () => {
  new Deployment(manifest).validate()
})

test("the manifest has no field that Kubernetes' schema does not know", () => {
  // The schema allows more, as the API server does before it drops it; the types made from it do not.
  const folder = mkdtempSync(join(projectFolder, 'dist', 'manifest-'))
  try {
    const file = join(folder, 'manifest.mts')
    const type = `import type { IDeployment } from 'kubernetes-models/apps/v1'\n`
    writeFileSync(file, `${type}export const manifest: IDeployment = ${JSON.stringify(manifest, null, 2)}\n`)
    const tsc = join(projectFolder, 'node_modules/typescript/bin/tsc')
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext']
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, file], { encoding: 'utf8' })
    assert.equal(status, 0, stdout)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the manifest sets nothing but settings, and the program accepts them together', () => {
  for (const name of Object.keys(environment)) assert.ok(SETTING_NAMES.includes(name), name)
  const { config } = loadConfig(environment, () => 'secret')
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: SETTINGS.X8_PORT.default })
})

test('the files that the settings name are keys of the secret, mounted where the program looks', () => {
  const [mount] = sidecar.volumeMounts!
  const volume = pod.volumes!.find(({ name }) => name === mount!.name)
  const [, secretName, ...keys] =
    /create secret generic (\S+) --from-file=(\w+)=\S+ --from-file=(\w+)=/.exec(text) ?? []
  assert.equal(volume?.secret?.secretName, secretName)
  const files = Object.entries(environment).filter(([name]) => name.endsWith('_FILE'))
  assert.deepEqual(
    files.map(([name]) => name),
    ['X8_APP_KEY_FILE', 'X8_APP_SECRET_FILE'],
  )
  for (const [, file] of files) assert.equal(dirname(file), mount!.mountPath)
  assert.deepEqual(
    files.map(([, file]) => file.slice(mount!.mountPath.length + 1)),
    keys,
  )
  assert.equal(mount!.subPath, undefined, 'a file mounted by subPath never changes')
})

test('the proxy is a native sidecar that outlives the app and has time to end', () => {
  assert.equal(sidecar.restartPolicy, 'Always')
  assert.ok(pod.terminationGracePeriodSeconds! * 1000 > SETTINGS.X8_SHUTDOWN_GRACE_MS.default)
  assert.equal(pod.enableServiceLinks, false)
})

test('every container is confined: no root, no capabilities, nothing to write, a limit of memory', () => {
  for (const { name, securityContext, resources } of [...pod.initContainers!, ...pod.containers]) {
    const { runAsUser, runAsGroup, ...rest } = securityContext!
    assert.ok(runAsUser! > 0 && runAsGroup! > 0, name)
    assert.deepEqual(rest, {
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    })
    assert.ok(resources?.limits?.memory !== undefined && resources.requests?.memory !== undefined, name)
  }
})

test('the image has the version of the package', () => {
  const { name, version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    name: string
    version: string
  }
  assert.match(sidecar.image!, new RegExp(`/${name}:${version}$`))
})

test("the probes' commands tell a proxy that is ready from one that only lives, and from none", async () => {
  // Ready only when 8x8 gives a token: this one never does.
  const upstream = await startUpstream({ token: (response) => void response.writeHead(503).end() })
  const port = SETTINGS.X8_PORT.default
  const program = startProgram({
    environment: { X8_APP_KEY: 'key', X8_APP_SECRET: 'secret', X8_PORT: '0', X8_BASE_URL: upstream.origin },
  })
  const probe = async ({ exec }: { exec?: { command?: string[] } }) => {
    const [node, ...args] = exec!.command!
    assert.equal(node, 'node')
    // The default port may be in use where tests run.
    const here = args.map((argument) => argument.replace(`:${port}/`, `:${String(listening)}/`))
    assert.notDeepEqual(here, args)
    const [code] = (await once(spawn(process.execPath, here), 'exit')) as [number | null]
    return code
  }
  const listening = await program.port

  assert.equal(await probe(sidecar.startupProbe!), 0)
  assert.equal(await probe(sidecar.livenessProbe!), 0)
  assert.equal(await probe(sidecar.readinessProbe!), 1)
  program.kill('SIGTERM')
  await program.exited
  assert.equal(await probe(sidecar.livenessProbe!), 1)
})

test('a proxy that has a token is ready for the probe', async () => {
  const upstream = await startUpstream()
  const program = startProgram({
    environment: { X8_APP_KEY: 'key', X8_APP_SECRET: 'secret', X8_PORT: '0', X8_BASE_URL: upstream.origin },
  })
  const origin = await program.address
  const [, ...args] = sidecar.readinessProbe!.exec!.command!
  await fetch(`${origin}/storage/us-west/v3/regions`)
  const here = args.map((argument) => argument.replace(/http:\/\/[\d.]+:\d+/, origin))
  const [code] = (await once(spawn(process.execPath, here), 'exit')) as [number | null]
  assert.equal(code, 0)
})
