import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createLogger } from '../../../src/telemetry/logger.js'
import { createServer } from '../../../src/server/server.js'

test('what Fastify has to say of a request is in the log, although it has no logger', async () => {
  const log: { msg?: string }[] = []
  const destination = { write: (line: string) => void log.push(JSON.parse(line) as { msg?: string }) }
  const fastify = createServer(createLogger({ level: 'warn', destination }), () => undefined)
  fastify.get('/', (_request, reply) => {
    void reply.send('one response')
    void reply.send('and another')
  })
  await fastify.ready()
  await once(fastify.server.listen(0, '127.0.0.1'), 'listening')
  after(() => fastify.close())
  const { port } = fastify.server.address() as AddressInfo

  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'one response')
  assert.equal(log.length, 1)
  assert.match(log[0]!.msg!, /^Reply was already sent/)
})
