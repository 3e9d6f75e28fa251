import { createServer } from 'node:http'
import { startRelay } from '../support/relay.js'

// Relays in a process of their own, so that they take no time from the one that measures. Arguments: the port where they
// tell their state, the port that they relay to, the round trip in milliseconds, how many.

const [port, to, roundTripMs, count] = process.argv.slice(2).map(Number)

const relays = await Promise.all(Array.from({ length: count! }, () => startRelay(to!, roundTripMs)))
createServer((_, response) => {
  response.end(JSON.stringify(relays.map(({ port: own, connections }) => ({ port: own, connections }))))
}).listen(port, '127.0.0.1')
