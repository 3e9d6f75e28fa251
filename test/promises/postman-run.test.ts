import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import newman from 'newman'
import type { Call } from '../../src/api/call.js'
import { catalogueOf } from '../../src/api/catalogue.js'
import { FAMILIES } from '../../src/api/families.js'
import { shapeDifferences } from '../support/same-shape.js'
import { startSandboxedProxy } from '../support/sandboxed-proxy.js'

const { folders, variables } = catalogueOf(FAMILIES)
const calls = new Map(
  folders.flatMap(({ family, calls: all }) => all.map((call) => [`${family.title} / ${call.title}`, call])),
)
const { failures, responses } = await importAndRun()

test('the whole collection, imported by link and run, has no failed request and no failed script', () => {
  assert.deepEqual(failures, [])
  const called = new Set(responses.map(({ call }) => call.id))
  assert.deepEqual(
    [...calls.values()].map(({ id }) => id).filter((id) => !called.has(id)),
    [],
  )
})

test('every call of the collection gets the documented status and media type', () => {
  const others = responses.filter(({ call, status, type }) => {
    const isTyped = call.response.type === '*/*' || type === call.response.type
    return status !== call.response.status || !isTyped
  })
  assert.deepEqual(
    others.map(({ call, status, type }) => [call.id, status, type]),
    [],
  )
})

test('every call of the collection acts on what the calls before it brought', () => {
  const values = new Map(Object.entries(variables).map(([name, { value }]) => [name, value]))
  for (const { call, path, json } of responses) {
    assert.ok(path.endsWith(call.path.replace(/\{(\w+)\}/g, (_, name: string) => values.get(name)!)), path)
    for (const [name, keys] of Object.entries(call.keeps ?? {})) {
      const value = keys.reduce<unknown>((at, key) => (at as Keyed | undefined)?.[key], json)
      assert.ok(typeof value === 'string' || typeof value === 'number', `${call.id} brings ${name}`)
      values.set(name, `${value}`)
    }
  }
})

test('every saved example of the collection is of the shape of the live response', () => {
  const differences = responses.flatMap(({ call, saved, status, json }) => {
    const { shape } = call.response
    if (shape === undefined || json === undefined) return []
    return shapeDifferences(shape, saved.get(status), json).map((difference) => `${call.id}: ${difference}`)
  })
  assert.deepEqual([...new Set(differences)], [])
  const described = responses.filter(({ saved }) => saved.size > 0)
  assert.ok(described.length >= 15, 'there are saved examples')
})

type Keyed = Readonly<Record<string | number, unknown>>

interface ReceivedResponse {
  readonly call: Call
  readonly status: number
  /** Absent for a response without a body. */
  readonly type: string | undefined
  /** Decoded, without the query. */
  readonly path: string
  readonly json: unknown
  /** The JSON of the examples that are saved with the request, by status. */
  readonly saved: ReadonlyMap<number, unknown>
}

/** As a person does it: starts the sandbox, imports the collection from the proxy's address, and runs it. */
async function importAndRun(): Promise<{
  failures: readonly string[]
  responses: readonly ReceivedResponse[]
}> {
  const { sandbox, proxy } = await startSandboxedProxy()
  after(() => sandbox.close())
  const options: newman.NewmanRunOptions = {
    collection: `${proxy.origin}/-/postman.json`,
    reporters: [],
    // The requests say so themselves; but no error in them may lead this test out of the machine.
    ignoreRedirects: true,
  }
  const { run } = await new Promise<newman.NewmanRunSummary>((resolve, reject) => {
    newman.run(options, (error, summary) => (error ? reject(error) : resolve(summary)))
  })
  return {
    failures: run.failures.map(({ source, error }) => `${source?.name}: ${error.message}`),
    responses: run.executions.map(({ item, request, response }) => ({
      call: calls.get(nameOf(item))!,
      status: response?.code ?? 0,
      type: response?.headers.get('content-type') ?? undefined,
      path: decodeURIComponent(request.url.getPath()),
      json: parse(response?.text()),
      saved: new Map(item.responses.map((example) => [example.code, parse(example.body)])),
    })),
  }
}

/** Folder and title, which is what a person sees. */
function nameOf(item: object): string {
  const request = item as { name: string; parent(): { name: string } }
  return `${request.parent().name} / ${request.name}`
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
