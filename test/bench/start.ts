import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import { connect, createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, type Running, start } from './processes.js'

export interface Started extends Running {
  /** From the start of the process to the first success through it. */
  readonly firstResponseMs: number
}

const PATIENCE_MS = 30_000

/** Starts a server and waits until it responds with a success. @throws Error with what it said, if it never does */
export async function startServer(command: Command, url: string): Promise<Started> {
  const began = performance.now()
  const running = await startUntil(command, async () => (await statusOf(url)) === 200)
  return { ...running, firstResponseMs: performance.now() - began }
}

/** Starts a server and waits until it accepts connections, of which it gets one. @throws as `startServer` does */
export function startAccepting(command: Command, port: number): Promise<Running> {
  return startUntil(command, () => accepts(port))
}

async function startUntil(command: Command, isUp: () => Promise<boolean>): Promise<Running> {
  const giveUpAt = performance.now() + PATIENCE_MS
  const running = start(command)
  while (!(await isUp())) {
    const why = running.ended()
    if (why !== undefined) throw new Error(why)
    if (performance.now() > giveUpAt)
      throw new Error(`${command.file} never came up: ${command.args.join(' ')}`)
    await sleep(2)
  }
  return running
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** 0 without a response. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const answered = (response: http.IncomingMessage) => {
      response.resume()
      resolve(response.statusCode!)
    }
    // The upstream's certificate is of its own making, and this only asks whether it is up.
    const asked = url.startsWith('https:')
      ? https.get(url, { agent: false, rejectUnauthorized: false }, answered)
      : http.get(url, { agent: false }, answered)
    asked.on('error', () => resolve(0))
  })
}
