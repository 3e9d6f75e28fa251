import httpProxy from '@fastify/http-proxy'
import fastify from 'fastify'
import cluster from 'node:cluster'

// Plain @fastify/http-proxy, as its documentation shows it, but with certificates verified. Arguments: the port, the
// upstream, how many processes, whether Fastify's own log is on.

const [port, upstream, workers, log] = process.argv.slice(2)

if (cluster.isPrimary && Number(workers) > 1) {
  for (let i = 0; i < Number(workers); i += 1) cluster.fork()
  process.once('SIGTERM', () => cluster.disconnect())
} else {
  const app = fastify({ logger: log === 'log' })
  await app.register(httpProxy, { upstream: upstream!, undici: { connect: { rejectUnauthorized: true } } })
  await app.listen({ host: '127.0.0.1', port: Number(port) })
}
