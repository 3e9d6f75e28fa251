import { nginxConfig } from './upstream.js'
import type { Upstream } from './upstream.js'

// The other programs as proxies that add one header. Connections to the upstream are kept and certificates verified, as
// this proxy does; no access log, one process or thread.

const AUTHORIZATION = 'Bearer a-token-of-the-usual-length-for-8x8'

/** A configuration of nginx. */
export function nginx(folder: string, port: number, { port: to, origin, ca }: Upstream): string {
  return nginxConfig(
    folder,
    'nginx',
    `upstream api { server 127.0.0.1:${to}; keepalive 256; keepalive_requests 100000000; }
     server {
       listen 127.0.0.1:${port}; keepalive_requests 100000000;
       # Bodies pass through, as they do in the others, and do not go to a disk first.
       client_max_body_size 0; proxy_request_buffering off; proxy_max_temp_file_size 0;
       location / {
         proxy_pass ${origin.split(':')[0]}://api; proxy_http_version 1.1;
         proxy_set_header Connection ""; proxy_set_header Authorization "${AUTHORIZATION}";
         ${
           ca === undefined
             ? ''
             : `proxy_ssl_verify on; proxy_ssl_trusted_certificate ${ca}; proxy_ssl_name localhost;
         proxy_ssl_protocols TLSv1.2 TLSv1.3;`
         }
       }
     }`,
  )
}

/** A configuration of HAProxy. */
export function haproxy(port: number, { port: to, ca }: Upstream): string {
  return `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend door
  bind 127.0.0.1:${port}
  http-request set-header Authorization "${AUTHORIZATION}"
  default_backend api
backend api
  server one 127.0.0.1:${to}${ca === undefined ? '' : ` ssl verify required ca-file ${ca} verifyhost localhost`}
`
}

/** A configuration of Caddy. */
export function caddy(port: number, { origin, ca }: Upstream): string {
  const tls = `transport http {
      tls_trusted_ca_certs ${ca}
      tls_server_name localhost
      versions 1.1
    }`
  return `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy ${origin} {
    header_up Authorization "${AUTHORIZATION}"
    ${ca === undefined ? '' : tls}
  }
}
`
}
