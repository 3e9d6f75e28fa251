import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { parseDockerfile, type Stage } from './dockerfile.js'
import { projectFolder } from './project.js'
import { unprivileged } from './unprivileged.js'

/** What the project's Dockerfile makes, in a folder instead of an image. */
export interface Image {
  /** The last stage. */
  readonly stage: Stage
  /** Its file system; no process may write in it. */
  readonly root: string
  /** The folder that the program starts in. */
  readonly workingFolder: string
  /** A folder for the test's own files. */
  readonly scratch: string
  remove(): void
}

/** The names that .dockerignore lets through; everything else is refused by its first line, `*`. */
export function readContextNames(): string[] {
  const [first, ...rest] = readFileSync(join(projectFolder, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (first !== '*' || !rest.every((line) => /^![\w.-]+$/.test(line)))
    throw new Error('.dockerignore must refuse everything and then name what is let through')
  return rest.map((line) => line.slice(1))
}

/** The PATH of a container whose `node` is the one that runs the tests. */
export const containerPath = [dirname(process.execPath), process.env.PATH].join(delimiter)

/**
 * Does what `docker build` does, without an engine: each stage in a folder of its own, COPY from the files that
 * .dockerignore lets through, RUN through `sh -c` as an unprivileged user. Base images are taken for empty.
 */
export async function buildImage(): Promise<Image> {
  const stages = parseDockerfile(readFileSync(join(projectFolder, 'Dockerfile'), 'utf8'))
  const scratch = mkdtempSync(join(tmpdir(), '8x8-image-'))
  chmodSync(scratch, 0o755)
  const context = join(scratch, 'context')
  for (const name of readContextNames())
    cpSync(join(projectFolder, name), join(context, name), { recursive: true })
  const home = join(scratch, 'home')
  mkdirSync(home)
  giveAway(home)

  // Stages that do not need each other are built at the same time, as Docker does.
  const built = new Map<string, Promise<string>>()
  const build = (name: string): Promise<string> => {
    const folder = built.get(name) ?? buildStage(stages.find((stage) => stage.name === name)!)
    built.set(name, folder)
    return folder
  }
  const isStage = (name: string) => stages.some((stage) => stage.name === name)

  async function buildStage({ name, from, steps }: Stage): Promise<string> {
    const folder = join(scratch, 'stages', name)
    mkdirSync(folder, { recursive: true })
    if (isStage(from)) copy(await build(from), folder)
    const sources = steps.flatMap((step) =>
      step.do === 'COPY' && step.from !== undefined ? [step.from] : [],
    )
    await Promise.all(sources.map(build))
    let workingFolder = workingFolderOf(stages, from)
    for (const step of steps) {
      if (step.do === 'WORKDIR') workingFolder = resolve('/', workingFolder, step.path)
      const inside = join(folder, workingFolder)
      mkdirSync(inside, { recursive: true })
      if (step.do === 'COPY') {
        // As Docker reads it, a destination without a slash before it begins at the working folder.
        const absolute = resolve('/', workingFolder, step.destination)
        const destination = join(folder, absolute, step.destination.endsWith('/') ? '/' : '')
        copyTo(destination, step.sources, step.from === undefined ? context : await build(step.from))
      }
      if (step.do === 'RUN') await runAs(step.command, inside, home)
    }
    return folder
  }

  const stage = stages.at(-1)!
  let root: string
  try {
    root = await build(stage.name)
  } catch (error) {
    await Promise.allSettled(built.values())
    rmSync(scratch, { recursive: true, force: true })
    throw error
  }
  execFileSync('chmod', ['-R', 'a-w', root])
  return {
    stage,
    root,
    workingFolder: join(root, workingFolderOf(stages, stage.name)),
    scratch,
    remove() {
      execFileSync('chmod', ['-R', 'u+w', root])
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

function workingFolderOf(stages: readonly Stage[], name: string): string {
  const stage = stages.find((candidate) => candidate.name === name)
  if (stage === undefined) return '/'
  return stage.steps.reduce(
    (folder, step) => (step.do === 'WORKDIR' ? resolve('/', folder, step.path) : folder),
    workingFolderOf(stages, stage.from),
  )
}

function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
}

/** A folder gives its content, a file goes into a destination that ends with a slash. */
function copyTo(destination: string, sources: readonly string[], base: string): void {
  for (const source of sources) {
    const from = join(base, source)
    const isFile = statSync(from).isFile()
    copy(from, join(destination, isFile && destination.endsWith('/') ? basename(source) : ''))
  }
}

function giveAway(folder: string): void {
  if (unprivileged === undefined) return
  execFileSync('chown', ['-R', `${unprivileged.uid}:${unprivileged.gid}`, folder])
}

async function runAs(command: string, folder: string, home: string): Promise<void> {
  giveAway(folder)
  try {
    await promisify(execFile)('sh', ['-c', command], {
      cwd: folder,
      env: { ...buildEnvironment(), HOME: home, PATH: containerPath, NODE_V8_COVERAGE: '' },
      ...unprivileged,
      maxBuffer: 2 ** 26,
    })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`RUN ${command}\n${stdout}\n${stderr}`, { cause: error })
  }
}

/** What the network of this machine needs, and nothing of the npm script and the test runner around this test. */
function buildEnvironment(): NodeJS.ProcessEnv {
  const kept = /^(?:https?_proxy|no_proxy|ssl_cert_file|node_extra_ca_certs|npm_config_(?:registry|cafile))$/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)))
}
