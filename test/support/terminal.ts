import { spawn } from 'node:child_process'
import { after } from 'node:test'
import { MAIN, temporaryFolder } from './program.js'
import { until } from './until.js'

/** Why there is no pseudo-terminal here, or false. */
export const skipWithoutTerminal = process.platform !== 'linux' && 'needs script(1) of util-linux'

export interface Terminal {
  /** What is on the screen so far, escape sequences included. */
  readonly text: () => string
  /** The same in whole lines, without colours and without the time in front. */
  readonly lines: () => string[]
  /** Where the program listens, once it does. */
  readonly port: Promise<number>
  /** Kills the terminal, as closing its window does. */
  close(): void
}

/** Runs the built program on a pseudo-terminal, as a person does. It is closed when the test is over. */
export function startOnTerminal(args: readonly string[], environment: Record<string, string>): Terminal {
  const command = ['exec', process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qfec', command.replace("'exec'", 'exec'), '/dev/null'], {
    cwd: temporaryFolder(),
    env: { PATH: process.env.PATH, SHELL: '/bin/sh', TERM: 'xterm-256color', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  after(() => child.kill('SIGKILL'))
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  const port = until(() => LISTENING.test(text)).then(() => Number(LISTENING.exec(text)![1]))
  // A test that only looks at the screen does not ask.
  port.catch(() => undefined)
  return {
    text: () => text,
    lines: () =>
      text
        .split('\r\n')
        .slice(0, -1)
        .map((line) => line.replaceAll(COLOUR, '').replace(/^\d\d:\d\d:\d\d /, '')),
    port,
    close: () => void child.kill('SIGKILL'),
  }
}

const LISTENING = /http:\/\/[^ ]+:(\d+) for/
// oxlint-disable-next-line no-control-regex
const COLOUR = /\x1b\[\d+m/g
