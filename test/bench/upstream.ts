import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificate } from '../support/certificates.js'
import type { Command } from './processes.js'

/** What stands in for 8x8, for all programs alike. */
export interface Upstream {
  readonly port: number
  readonly origin: string
  /** The authority that signed its certificate, in PEM; a file. */
  readonly ca: string | undefined
}

export const TARGET = '/analytics/cc/v5/realtime-metrics/queues'
/** Where a recording would be downloaded, and uploaded. */
export const CONTENT = '/storage/us-east/v3/objects/recording/content'

/** nginx with a small JSON response for everything and a token for token requests. */
export function configureUpstream(folder: string, port: number, tls: boolean): [Upstream, Command] {
  const config = join(folder, 'upstream.conf')
  const ca = join(folder, 'ca.pem')
  if (tls) writeCertificates(folder, ca)
  writeFileSync(
    config,
    nginxConfig(
      folder,
      'upstream',
      `server {
         listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
         ${tls ? `ssl_certificate ${folder}/upstream.pem; ssl_certificate_key ${folder}/upstream.key;` : ''}
         # Before 1.23.4 nginx has no TLS 1.3 unless it is told to.
         ${tls ? 'ssl_protocols TLSv1.2 TLSv1.3;' : ''}
         default_type application/json;
         # A program that changes connections in the middle of a turn pays for that in this turn.
         keepalive_requests 100000000; keepalive_timeout 600s;
         location ${CONTENT} { alias ${folder}/content; sendfile on; }
         location / { return 200 '${JSON.stringify(QUEUES)}'; }
         location = /oauth/v2/token { return 200 '${JSON.stringify(TOKEN)}'; }
       }`,
    ),
  )
  return [
    { port, origin: `http${tls ? 's' : ''}://127.0.0.1:${port}`, ca: tls ? ca : undefined },
    nginxCommand(folder, config),
  ]
}

/** A configuration of nginx that needs nothing outside a folder. One process: nothing is left behind by SIGKILL. */
export function nginxConfig(folder: string, name: string, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${name}-${kind};`,
  )
  return `daemon off; master_process off; pid ${folder}/${name}.pid; error_log stderr;
events { worker_connections 4096; }
http { access_log off; client_body_buffer_size 64k; ${temporary.join(' ')}
${http}
}
`
}

export function nginxCommand(folder: string, config: string): Command {
  const args = ['-p', folder, '-c', config, '-e', 'stderr']
  return { file: 'nginx', args, folder, output: `${config}.log` }
}

export function writeCertificates(folder: string, ca: string): void {
  const authority = makeCertificate()
  // By name and by address: not every program compares both.
  const { cert, key } = makeCertificate({ names: ['localhost', '127.0.0.1'], by: authority })
  writeFileSync(ca, authority.cert)
  writeFileSync(join(folder, 'upstream.pem'), cert)
  writeFileSync(join(folder, 'upstream.key'), key, { mode: 0o600 })
}

const QUEUES = ['101', '102', '103', '104'].map((id) => ({
  id,
  name: `Queue ${id}`,
  metrics: [
    { key: 'entered.today', value: 214 },
    { key: 'waiting.now', value: 3 },
  ],
}))

const TOKEN = {
  access_token: 'a-token-of-the-usual-length-for-8x8',
  token_type: 'BearerToken',
  expires_in: '86400',
  issued_at: '1700000000000',
  api_product_list: '[analytics realtime-api]',
  api_product_list_json: ['analytics realtime-api'],
}
