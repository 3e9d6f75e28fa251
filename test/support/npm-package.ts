import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { projectFolder } from './project.js'

/** What `npm pack --json` says of the file that it made. */
export interface Packed {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

/** What someone starts with who has never used npm: nothing in HOME, an empty cache, and no network. */
export function freshEnvironment(scratch: string): Record<string, string> {
  const home = join(scratch, 'home')
  mkdirSync(home, { recursive: true })
  return {
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: home,
    npm_config_cache: join(home, 'cache'),
    npm_config_offline: 'true',
    npm_config_audit: 'false',
    npm_config_update_notifier: 'false',
  }
}

/** Copies what a clone has and packing needs, for package.json is another one while it is packed. Returns the folder. */
export function copyProject(scratch: string): string {
  const folder = join(scratch, 'clone')
  mkdirSync(folder)
  for (const name of [
    '.env.example',
    'LICENSE',
    'README.md',
    'package.json',
    'tsconfig.json',
    'scripts',
    'src',
  ])
    cpSync(join(projectFolder, name), join(folder, name), { recursive: true })
  symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Runs a program to its end and returns what it said and how it ended. */
export async function runProgram(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const said = await promisify(execFile)(file, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 24 })
    return { code: 0, ...said }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}

export function temporaryScratch(): string {
  return mkdtempSync(join(tmpdir(), '8x8-package-'))
}

export function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'))
}
