import http from 'node:http'
import https from 'node:https'
import { createProxyServer } from 'http-proxy-3'

// http-proxy-3 is http-proxy with a maintainer: the original has had no release since 2020. Arguments:
// the port, the upstream.

const [port, upstream] = process.argv.slice(2)

const { Agent } = upstream!.startsWith('https:') ? https : http
const proxy = createProxyServer({
  target: upstream!,
  // Its default opens a connection for each request.
  agent: new Agent({ keepAlive: true }),
  headers: { Authorization: 'Bearer a-token-of-the-usual-length-for-8x8' },
})
http.createServer((request, response) => void proxy.web(request, response)).listen(Number(port), '127.0.0.1')
