import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

/** Where a proxy listens. */
export type Address = { readonly port: number; readonly host: string } | { readonly path: string }

// Where Debian has them is not in every PATH.
const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['-v'], { env: { PATH } }).status === 0
}

/** nginx as a plain reverse proxy with Debian's defaults, but with less patience. */
export function startNginx(upstreamPort: number): Promise<Address> {
  return startServer('nginx', (folder, socket) => {
    const file = join(folder, 'nginx.conf')
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    )
    writeFileSync(
      file,
      `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
       events { worker_connections 512; }
       http {
         access_log off; ${temporary.join(' ')}
         client_header_timeout 1s; client_body_timeout 1s; keepalive_timeout 1s; lingering_close off;
         server {
           listen unix:${socket};
           location / {
             proxy_pass http://127.0.0.1:${upstreamPort}; proxy_http_version 1.1;
             proxy_set_header Connection "";
           }
         }
       }`,
    )
    return ['-p', folder, '-c', file, '-e', join(folder, 'error.log')]
  })
}

/** HAProxy as a plain reverse proxy with its own defaults, but with less patience. */
export function startHaproxy(upstreamPort: number): Promise<Address> {
  return startServer('haproxy', (folder, socket) => {
    const file = join(folder, 'haproxy.cfg')
    writeFileSync(
      file,
      `global
  maxconn 512
defaults
  mode http
  timeout connect 5s
  timeout client 1s
  timeout server 5s
  timeout http-request 1s
  timeout http-keep-alive 1s
frontend door
  bind unix@${socket}
  default_backend upstream
backend upstream
  server one 127.0.0.1:${upstreamPort}
`,
    )
    return ['-db', '-f', file]
  })
}

/** Starts a server in the foreground, on a socket in a folder of its own. Both are gone when the tests are over. */
async function startServer(
  program: string,
  configure: (folder: string, socket: string) => string[],
): Promise<Address> {
  const folder = mkdtempSync(join(tmpdir(), 'opinion-'))
  const path = join(folder, 'socket')
  const child = spawn(program, configure(folder, path), {
    cwd: folder,
    env: { PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text) => (said += text))
  const ended = new Promise<never>((_resolve, reject) =>
    child.on('close', (code, signal) =>
      reject(new Error(`${program} ended with ${code ?? signal}: ${said}`)),
    ),
  )
  ended.catch(() => undefined)
  const end = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  // Even if this file fails before its tests begin.
  process.once('exit', end)
  after(end)
  await Promise.race([listening(path), ended])
  return { path }
}

/** Tries until it gets a response; a server that never starts is caught by the test's time-out. */
async function listening(path: string): Promise<void> {
  const accepted = await new Promise<boolean>((resolve) => {
    const socket = connect({ path })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
  if (accepted) return
  await new Promise((resolve) => {
    setTimeout(resolve, 20)
  })
  await listening(path)
}
