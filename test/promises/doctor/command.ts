import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'
import { MAIN } from '../../support/program.js'

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built program to its end, as a user does, with this environment and no `.env`. */
export async function command(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Finished> {
  const cwd = await temporaryFolder()
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: environment,
  })
  const exit = once(child, 'exit') as Promise<[number | null]>
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { code, stdout, stderr }
}

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  after(() => rm(folder, { recursive: true }))
  return folder
}
