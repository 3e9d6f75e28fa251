import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import https from 'node:https'

// An upstream for uploads: it reads a body to its end, discards it and responds. Arguments: the port and, for TLS, files
// with certificate and key.

const [port, cert, key] = process.argv.slice(2)

const respond: RequestListener = (request, response) => {
  request.resume().on('end', () => {
    response.setHeader('Content-Type', 'application/json')
    response.end('{"access_token":"a-token","token_type":"BearerToken","expires_in":"86400"}')
  })
}
const server =
  cert === undefined
    ? createServer(respond)
    : https.createServer({ cert: readFileSync(cert), key: readFileSync(key!) }, respond)
// As long as the other upstream, and no limit for an upload of any size.
server.keepAliveTimeout = 600_000
server.requestTimeout = 0
server.listen(Number(port), '127.0.0.1')
