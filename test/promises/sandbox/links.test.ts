import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultValues, folders, isUnfinished, jsonIn, keep, requestOf } from '../../support/catalogue-run.js'
import { startSandboxedProxy } from '../../support/sandboxed-proxy.js'

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
        await follow(text, await jsonIn(response))
      }
    }

    const values = defaultValues()
    for (const call of calls) {
      for (let polls = 0, isDone = false; polls < 5 && !isDone; polls += 1) {
        const response = await fetch(...requestOf(call, proxy.origin, values, { regions }))
        const json = await jsonIn(response)
        assert.equal(response.status, call.response.status, call.id)
        // A deleted thing's own address leads nowhere, here as there.
        if (call.method !== 'DELETE') await follow(call.id, json)
        keep(call, json, values)
        isDone = !isUnfinished(call, json)
      }
    }
    assert.equal(followed.size > 0, paged, [...followed].join(', '))
  })
}

function stringsOf(json: unknown): string[] {
  if (typeof json === 'string') return [json]
  return typeof json === 'object' && json !== null ? Object.values(json).flatMap(stringsOf) : []
}
