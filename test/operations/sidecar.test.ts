import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1'
import { parseAllDocuments, parse as parseYaml } from 'yaml'
import { loadConfig } from '../../src/config/load-config.js'
import { SETTING_NAMES, SETTINGS } from '../../src/config/settings.js'
import { MAIN, startProgram, temporaryFolder } from '../support/program.js'
import { projectFolder } from '../support/project.js'
import { until } from '../support/until.js'
import { issueToken, startUpstream } from '../support/upstream.js'

const text = read('deploy/kubernetes/sidecar.yaml')
// As Kubernetes' own reader takes YAML.
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
    // The proxy's image has a user of its own, by number: container.test.ts.
    if (name !== sidecar.name) assert.ok(runAsUser! > 0 && runAsGroup! > 0, name)
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
  const { name, version } = JSON.parse(read('package.json')) as {
    name: string
    version: string
  }
  assert.match(sidecar.image!, new RegExp(`/${name}:${version}$`))
})

test("the probes' commands tell a proxy that is ready from one that only lives, and from none", async () => {
  // Ready only when 8x8 gives a token: this one does when it is told to.
  let gives = false
  const upstream = await startUpstream({
    token(response, self) {
      if (gives) issueToken(response, self)
      else response.writeHead(503).end()
    },
  })
  const program = startProgram({
    environment: { X8_APP_KEY: 'key', X8_APP_SECRET: 'secret', X8_PORT: '0', X8_BASE_URL: upstream.origin },
  })
  const port = await program.port
  const isReady = async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).status === 200
  const { startupProbe, livenessProbe, readinessProbe } = sidecar

  assert.equal(await probe(startupProbe!, port), 0)
  assert.equal(await probe(livenessProbe!, port), 0)
  assert.equal(await probe(readinessProbe!, port), 1)
  gives = true
  await until(isReady)
  assert.equal(await probe(readinessProbe!, port), 0)
  program.kill('SIGTERM')
  await program.exited
  assert.equal(await probe(livenessProbe!, port), 1)
})

test('the component adds the same container and the same volume, and changes nothing else', () => {
  const patch = parseYaml(read('deploy/kubernetes/component/sidecar.yaml'), { version: '1.1' }) as IDeployment
  assert.deepEqual(patch.spec, {
    template: { spec: { initContainers: [sidecar], volumes: pod.volumes } },
  })
})

// A second opinion where there is one, since Debian's kubectl is too old for components.
if (spawnSync('kubectl', ['kustomize', '--help']).status === 0) {
  test('kubectl adds the proxy to the Deployments that are marked, before their other init containers', () => {
    const folder = temporaryFolder()
    cpSync(join(projectFolder, 'deploy/kubernetes'), folder, { recursive: true })
    const app = read('deploy/kubernetes/example/app.yaml')
    const unmarked = app
      .replace(/\n {2}labels:\n {4}x8-auth-proxy: sidecar/, '')
      .replace('name: my-app', 'name: other')
    writeFileSync(join(folder, 'example/app.yaml'), `${app}---\n${unmarked}`)
    const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', join(folder, 'example')], {
      encoding: 'utf8',
    })
    assert.deepEqual([status, stderr], [0, ''])

    const [marked, other] = parseAllDocuments(stdout).map((document) => document.toJS() as IDeployment)
    new Deployment(marked).validate()
    const [before, ours] = [parseYaml(app) as IDeployment, marked!].map(({ spec }) => spec!.template.spec!)
    const [added, ...own] = ours!.initContainers!
    assert.deepEqual(added, {
      ...sidecar,
      image: sidecar.image!.replace('registry.example.com', 'ghcr.io/example'),
    })
    assert.deepEqual(own, before!.initContainers)
    assert.deepEqual(ours!.containers, before!.containers)
    assert.deepEqual(other, parseYaml(unmarked))
  })
}

/** Runs a probe as the kubelet would in the image, whose folder has the bundle as it has it here. Resolves with the exit code. */
async function probe({ exec }: { exec?: { command?: string[] } }, port: number): Promise<number | null> {
  const [node, main, ...args] = exec!.command!
  assert.deepEqual([node, main], ['node', 'dist/bundle/main.js'])
  const [code] = (await once(
    spawn(process.execPath, [MAIN, ...args], {
      env: { X8_PORT: String(port), X8_HOST: environment.X8_HOST },
    }),
    'exit',
  )) as [number | null]
  return code
}

function read(name: string): string {
  return readFileSync(join(projectFolder, name), 'utf8')
}
