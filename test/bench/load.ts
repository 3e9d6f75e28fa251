import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './processes.js'

export interface Load {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Connections that failed, reads and writes that failed, responses that took longer than 2 s. */
  readonly socketErrors: number
}

export interface LoadOptions {
  readonly url: string
  /** The working folder. */
  readonly folder: string
  readonly seconds: number
  readonly connections: number
  /** A script for wrk, if requests are not plain GETs. */
  readonly script: string | undefined
}

/** Loads an address with wrk. @throws Error if a response was not a success */
export async function runLoad({ url, folder, seconds, connections, script }: LoadOptions): Promise<Load> {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency']
  // What every client sends; a proxy has to read it.
  args.push('-H', 'User-Agent: curl/8.14.1', '-H', 'Accept: application/json')
  if (script !== undefined) args.push('-s', script)
  return readReport(await run('wrk', [...args, url], folder))
}

/** A wrk script for POSTs with a JSON body of 2 KB. @returns its path */
export function writePostScript(folder: string): string {
  const file = join(folder, 'post.lua')
  writeFileSync(
    file,
    `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"text":"' .. string.rep("x", 2037) .. '"}'
`,
  )
  return file
}

/** Reads what wrk prints. */
export function readReport(report: string): Load {
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(report)
  if (refused !== null) throw new Error(`${refused[1]} responses were not a success: nothing was measured.`)
  const number = (pattern: RegExp) => Number(pattern.exec(report)?.[1] ?? Number.NaN)
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(report)
  const load: Load = {
    requests: number(/(\d+) requests in /),
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p50Ms: percentile(report, 50),
    p99Ms: percentile(report, 99),
    socketErrors: errors === null ? 0 : errors.slice(1).reduce((sum, count) => sum + Number(count), 0),
  }
  if (!(load.requests > 0) || Number.isNaN(load.p99Ms)) throw new Error(`wrk measured nothing: ${report}`)
  return load
}

function percentile(report: string, which: number): number {
  const [, value, unit] = new RegExp(`^\\s+${which}%\\s+([\\d.]+)(us|ms|s)\\s*$`, 'm').exec(report) ?? []
  return Number(value) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1)
}
