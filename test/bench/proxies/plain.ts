import httpProxy from '@fastify/http-proxy'
import fastify from 'fastify'

// Plain @fastify/http-proxy, as its documentation shows it, but with certificates verified. Arguments: the port, the
// upstream, whether Fastify's own log is on.

const [port, upstream, log] = process.argv.slice(2)

const app = fastify({ logger: log === 'log' })
await app.register(httpProxy, { upstream: upstream!, undici: { connect: { rejectUnauthorized: true } } })
await app.listen({ host: '127.0.0.1', port: Number(port) })
