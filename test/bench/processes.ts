import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'

/** A program that runs until it is stopped. */
export interface Running {
  readonly pid: number
  /** Why it ended, if it has: what it said last. */
  ended(): string | undefined
  /** Empties what it has written, so that long runs do not fill the disk. */
  forgetOutput(): void
  stop(): Promise<void>
}

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** The working folder. */
  readonly folder: string
  /** Where output goes: to a file, as a service's does. */
  readonly output: string
}

// Debian keeps servers where not every PATH leads.
export const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`

const children = new Set<ChildProcess>()

/** Starts a program with nothing of this environment but PATH and Node's certificates. */
export function start({ file, args, environment, folder, output }: Command): Running {
  const to = openSync(output, 'a')
  const child = spawn(file, args, {
    cwd: folder,
    env: { PATH, HOME: folder, ...environment },
    stdio: ['ignore', to, to],
  })
  closeSync(to)
  let ended: string | undefined
  children.add(child)
  child.on('error', (error) => (ended = error.message))
  child.on('exit', (code, signal) => {
    children.delete(child)
    ended = `${file} ended with ${code ?? signal}: ${readFileSync(output, 'utf8').slice(-2000)}`
  })
  return {
    // Without one it did not start, which `ended` tells in a moment; 0 has no /proc entry.
    pid: child.pid ?? 0,
    ended: () => ended,
    forgetOutput: () => truncateSync(output),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      const impatience = setTimeout(() => kill(child), 10_000)
      await exited
      clearTimeout(impatience)
    },
  }
}

/**
 * Runs a program to its end.
 *
 * @returns what it said
 * @throws Error with that if it did not end well
 */
export async function run(file: string, args: readonly string[], folder: string): Promise<string> {
  const child = spawn(file, args, { cwd: folder, env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  let said = ''
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => (said += text))
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    if (code !== 0) throw new Error(`${file} ended with ${code ?? signal}: ${said}`)
    return said
  } finally {
    children.delete(child)
  }
}

/** Ends all that is still running, at once: for the moment before this process ends, however it ends. */
export function killAll(): void {
  for (const child of children) kill(child)
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return
  for (const pid of withDescendants(child.pid)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went by itself meanwhile.
    }
  }
}

/** CPU time that a process and its children have taken so far, in microseconds, in steps of a clock tick (10 ms). */
export function cpuMicroseconds(pid: number): number {
  return sum(pid, (each) => ticks(each, 14) * MICROSECONDS_A_TICK)
}

/** CPU time of all that this process has started and that has ended, in microseconds, in steps of a clock tick. */
export function cpuMicrosecondsOfEnded(): number {
  return ticks(process.pid, 16) * MICROSECONDS_A_TICK
}

/** User and system time, which stand beside each other. @param field the first one's number in proc(5) */
function ticks(pid: number, field: number): number {
  // The name in parentheses, which is the second one, may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  return Number(fields[field - 3]) + Number(fields[field - 2])
}

/** Resident memory of a process and its children in bytes. What they share is counted for each. */
export function residentBytes(pid: number): number {
  return sum(pid, (each) => statusBytes(each, 'VmRSS'))
}

/** The most that was resident since `forgetPeak`, in bytes. */
export function peakBytes(pid: number): number {
  return sum(pid, (each) => statusBytes(each, 'VmHWM'))
}

/** Lets the most that was resident begin anew with what is resident now. */
export function forgetPeak(pid: number): void {
  // 5 is "reset the peak" (proc(5), clear_refs).
  for (const each of withDescendants(pid)) writeFileSync(`/proc/${each}/clear_refs`, '5')
}

function statusBytes(pid: number, field: string): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  )
  return Number(kilobytes?.[1] ?? 0) * 1024
}

// USER_HZ, which is 100 on every architecture that Node runs on.
const MICROSECONDS_A_TICK = 10_000

function sum(pid: number, read: (pid: number) => number): number {
  return withDescendants(pid).reduce((total, each) => total + read(each), 0)
}

function withDescendants(pid: number): number[] {
  const all = [pid]
  for (const parent of all) {
    try {
      for (const thread of readdirSync(`/proc/${parent}/task`)) {
        const found = readFileSync(`/proc/${parent}/task/${thread}/children`, 'utf8')
        all.push(...found.split(' ').filter(Boolean).map(Number))
      }
    } catch {
      // It ended while its children were looked up.
    }
  }
  return all
}
