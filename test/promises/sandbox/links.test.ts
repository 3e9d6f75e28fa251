import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call, Folder } from '../../../src/api/call.js'
import { catalogueOf } from '../../../src/api/catalogue.js'
import { FAMILIES } from '../../../src/api/families.js'
import { startSandboxedProxy } from '../../support/sandboxed-proxy.js'

const { folders, variables } = catalogueOf(FAMILIES)

for (const { family, calls, regions } of folders) {
  const paged = family.pagesByLinks !== undefined
  test(`${family.title}: ${paged ? 'every link in a body leads to the proxy and works' : 'no body has a link to 8x8'}`, async (t) => {
    const { sandbox, proxy } = await startSandboxedProxy()
    t.after(() => sandbox.close())
    const followed = new Set<string>()

    /** Follows what a response links to, what that links to, and so on. */
    async function follow(from: string, json: unknown): Promise<void> {
      for (const text of stringsOf(json)) {
        assert.ok(!text.startsWith(sandbox.origin), `${from} leads away from the proxy: ${text}`)
        if (!text.startsWith(`${proxy.origin}/`) || followed.has(text)) continue
        followed.add(text)
        const response = await fetch(text)
        assert.ok(response.ok, `${from} leads to ${text}, which responds ${response.status}`)
        await follow(text, await jsonOf(response))
      }
    }

    const values = new Map(Object.entries(variables).map(([name, { value }]) => [name, value]))
    for (const call of calls) {
      for (let polls = 0; polls < 5; polls += 1) {
        const response = await fetch(...requestOf(call, proxy.origin, regions, values))
        const json = await jsonOf(response)
        assert.equal(response.status, call.response.status, call.id)
        // A deleted thing's own address leads nowhere, here as there.
        if (call.method !== 'DELETE') await follow(call.id, json)
        for (const [name, keys] of Object.entries(call.keeps ?? {})) {
          const value = keys.reduce<unknown>(
            (at, one) => (at as Record<string, unknown> | undefined)?.[one],
            json,
          )
          if (typeof value === 'string' || typeof value === 'number') values.set(name, String(value))
        }
        if (call.repeatsWhile?.includes(String((json as { status?: unknown } | undefined)?.status)) !== true)
          break
      }
    }
    assert.equal(followed.size > 0, paged, [...followed].join(', '))
  })
}

/** A call of the catalogue as `fetch` takes it. */
function requestOf(
  { method, path, query = [], headers = [], body }: Call,
  origin: string,
  regions: Folder['regions'],
  values: ReadonlyMap<string, string>,
): [string, RequestInit] {
  const filled = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values.get(name) ?? '')
  const url = new URL(
    origin +
      (regions?.[0] ?? '') +
      path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values.get(name)!)),
  )
  for (const { name, example, enabled } of query) {
    if (enabled) for (const value of [example].flat()) url.searchParams.append(name, filled(String(value)))
  }
  const sent = Object.fromEntries(headers.map(({ name, example }) => [name, filled(example)]))
  if (body === undefined) return [url.href, { method, headers: sent, redirect: 'manual' }]
  if ('parts' in body) {
    const form = new FormData()
    for (const { name, example, fileType } of body.parts) {
      if (fileType === undefined) form.append(name, filled(example))
      else form.append(name, new Blob([example], { type: fileType }), 'file')
    }
    return [url.href, { method, headers: sent, body: form, redirect: 'manual' }]
  }
  const text = typeof body.example === 'string' ? body.example : JSON.stringify(body.example)
  return [
    url.href,
    { method, headers: { ...sent, 'Content-Type': body.type }, body: filled(text), redirect: 'manual' },
  ]
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text()
  return /json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : undefined
}

function stringsOf(json: unknown): string[] {
  if (typeof json === 'string') return [json]
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(stringsOf) : []
}
