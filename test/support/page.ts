import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { TestContext } from 'node:test'
import type { Detail, Summary } from '../../src/inspector/wire.js'
import { send } from './http-client.js'
import type { TestProxy } from './proxy.js'
import { until } from './until.js'

export interface Page {
  /**
   * The next event of that name; those of other names are passed over. `requests` are those that are over, `in-flight` the
   * others of the event: on a busy machine any call may be seen in flight.
   */
  next<Data>(name: string): Promise<Data>
  /** Resolves when the proxy has ended the stream. */
  readonly ended: Promise<unknown>
  close(): void
}

/** A page that is open, as far as the proxy can tell. */
export async function openPage(proxy: TestProxy, t: TestContext): Promise<Page> {
  const request = get(`${proxy.origin}/-/events`, { agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  assert.equal(response.statusCode, 200)
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8')
  const events: { name: string; data: unknown }[] = []
  const arrived = new EventEmitter()
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (text + chunk).split('\n\n')
    text = blocks.pop()!
    for (const block of blocks) {
      const [, name, data] = /event: (\w+)\ndata: (.*)$/.exec(block)!
      events.push(...apart(name!, JSON.parse(data!)))
    }
    arrived.emit('some')
  })
  response.on('error', () => undefined)
  const close = () => request.destroy()
  t.after(close)
  return {
    async next<Data>(name: string) {
      for (;;) {
        const event = events.shift()
        if (event === undefined) await once(arrived, 'some')
        else if (event.name === name) return event.data as Data
      }
    },
    ended: new Promise((resolve) => response.once('close', resolve)),
    close,
  }
}

function apart(name: string, data: unknown): { name: string; data: unknown }[] {
  if (name !== 'requests') return [{ name, data }]
  const all = data as readonly Summary[]
  return [
    { name, data: all.filter(({ inFlight }) => inFlight === undefined) },
    { name: 'in-flight', data: all.filter(({ inFlight }) => inFlight === true) },
  ].filter((event) => event.data.length > 0)
}

/** The proxy has seen that callers and pages are gone. @param but how many of their connections remain */
export async function connectionsAreGone({ app }: TestProxy, but = 0): Promise<void> {
  const { server } = app.fastify
  await until(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count === but))))
}

/** Switches capturing of headers and bodies, as the page does. */
export async function setCapture(proxy: TestProxy, on: boolean): Promise<void> {
  const headers = { Origin: proxy.origin, 'Content-Type': 'application/json' }
  const response = await send(proxy.port, {
    method: 'POST',
    path: '/-/capture',
    headers,
    body: JSON.stringify({ on }),
  })
  assert.deepEqual([response.status, response.text], [200, `{"capture":${on}}`])
}

/** What the page shows of one request. */
export async function detailOf(proxy: TestProxy, { n }: Pick<Summary, 'n'>): Promise<Detail> {
  const response = await send(proxy.port, { path: `/-/requests/${n}` })
  assert.equal(response.status, 200)
  return JSON.parse(response.text) as Detail
}
