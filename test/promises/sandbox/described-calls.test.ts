import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../../../src/api/call.js'
import { defaultValues, folders, isUnfinished, jsonIn, keep, requestOf } from '../../support/catalogue-run.js'
import { followPages } from '../../support/follow-pages.js'
import { startSandboxedProxy } from '../../support/sandboxed-proxy.js'

for (const { family, calls, regions } of folders.filter((folder) => folder.calls.some(isDescribed))) {
  test(`${family.title}: required parameters are enforced, and every list ends with each item read once`, async (t) => {
    const { sandbox, proxy } = await startSandboxedProxy()
    t.after(() => sandbox.close())
    const values = defaultValues()

    for (const call of calls) {
      if (isDescribed(call)) {
        for (const { name } of call.query?.filter(({ required }) => required) ?? []) {
          const response = await fetch(...requestOf(call, proxy.origin, values, { regions, without: name }))
          assert.equal(response.status, 400, `${call.id} without ${name}`)
          assert.match(await response.text(), new RegExp(`\\b${name}\\b`), call.id)
        }
      }
      for (let polls = 0, isDone = false; polls < 5 && !isDone; polls += 1) {
        const response = await fetch(...requestOf(call, proxy.origin, values, { regions }))
        const json = await jsonIn(response)
        assert.equal(response.status, call.response.status, call.id)
        keep(call, json, values)
        isDone = !isUnfinished(call, json)
      }
      if (call.paging === undefined) continue
      const pages = await followPages(call, proxy.origin, values, { regions, size: 9 })
      const items = pages.flat().map((item) => JSON.stringify(item))
      assert.ok(items.length > 0, `${call.id} has items`)
      assert.equal(new Set(items).size, items.length, `${call.id} has each item once`)
      if (call.paging.kind === 'scrollId' && call.paging.end === 'No Data') assert.deepEqual(pages.at(-1), [])
    }
  })
}

/** Whether a call is described with the schema of its response. */
function isDescribed({ response, errors }: Call): boolean {
  return response.shape !== undefined || errors !== undefined
}
