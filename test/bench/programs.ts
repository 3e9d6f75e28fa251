import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { caddy, haproxy, nginx } from './configurations.js'
import { type Command, PATH } from './processes.js'
import { nginxCommand, type Upstream } from './upstream.js'

/** Where a program is to run and what it is to forward to. */
export interface Place {
  readonly folder: string
  readonly port: number
  readonly upstream: Upstream
}

/** A proxy that takes part. */
export interface Program {
  readonly name: string
  readonly title: string
  /** What has to be installed, or the path of what has to be built. */
  readonly needs?: string
  /** Responds 200 when it is ready for requests. Without one, it is ready when it accepts connections. */
  readonly readyPath?: string
  command(place: Place): Command
}

/** What everything is compared with. */
export const BASELINE = 'plain'

/** The bundle, which is what runs in the image. */
export const SHIPPED = 'ours-image'

/** All that may take part. */
export function programs(): Program[] {
  return [
    { name: 'ours', title: 'this proxy, log at info', readyPath: '/-/ready', command: ours({}) },
    {
      name: 'ours-warn',
      title: 'this proxy, log at warn',
      readyPath: '/-/ready',
      command: ours({ X8_LOG_LEVEL: 'warn' }),
    },
    {
      name: SHIPPED,
      title: 'this proxy, as shipped',
      needs: BUNDLE,
      readyPath: '/-/ready',
      command: ours({}, BUNDLE),
    },
    { name: BASELINE, title: '@fastify/http-proxy', command: nodeProxy('plain') },
    { name: 'plain-log', title: '@fastify/http-proxy, its log on', command: nodeProxy('plain', 'log') },
    { name: 'http-proxy', title: 'http-proxy-3', command: nodeProxy('http-proxy') },
    { name: 'bare', title: 'node:http and undici, bare', command: nodeProxy('bare') },
    {
      name: 'nginx',
      title: 'nginx',
      needs: 'nginx',
      command: ({ folder, port, upstream }) =>
        nginxCommand(folder, write(folder, 'nginx.conf', nginx(folder, port, upstream))),
    },
    {
      name: 'haproxy',
      title: 'HAProxy',
      needs: 'haproxy',
      command({ folder, port, upstream }) {
        const config = write(folder, 'haproxy.cfg', haproxy(port, upstream))
        return { file: 'haproxy', args: ['-db', '-f', config], folder, output: `${config}.log` }
      },
    },
    {
      name: 'caddy',
      title: 'Caddy',
      needs: 'caddy',
      command({ folder, port, upstream }) {
        const config = write(folder, 'Caddyfile', caddy(port, upstream))
        const args = ['run', '--config', config, '--adapter', 'caddyfile']
        return { file: 'caddy', args, folder, output: `${config}.log` }
      },
    },
  ]
}

export function isInstalled(program: string): boolean {
  if (isAbsolute(program)) return existsSync(program)
  return spawnSync(program, ['--version'], { env: { PATH } }).error === undefined
}

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const BUNDLE = fileURLToPath(new URL('../../bundle/main.js', import.meta.url))

/** The built program as it is shipped, with made-up credentials. */
function ours(settings: Readonly<Record<string, string>>, main = MAIN): Program['command'] {
  return ({ folder, port, upstream }) => ({
    file: process.execPath,
    args: [main],
    environment: {
      X8_APP_KEY: 'bench-key',
      X8_APP_SECRET: 'bench-secret',
      X8_BASE_URL: upstream.origin,
      X8_PORT: String(port),
      // The others have no limit: what they do with 1 GiB at once is measured.
      X8_MAX_BODY_BYTES: String(16 * 1024 ** 3),
      ...trust(upstream),
      ...settings,
    },
    folder,
    output: join(folder, `ours-${port}.log`),
  })
}

function nodeProxy(name: string, ...options: string[]): Program['command'] {
  return ({ folder, port, upstream }) => ({
    file: process.execPath,
    args: [
      fileURLToPath(new URL(`proxies/${name}.js`, import.meta.url)),
      String(port),
      upstream.origin,
      ...options,
    ],
    environment: trust(upstream),
    folder,
    output: join(folder, `${name}-${port}.log`),
  })
}

function trust({ ca }: Upstream): Record<string, string> {
  return ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: ca }
}

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
