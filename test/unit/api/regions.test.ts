import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogueOf } from '../../../src/api/catalogue.js'
import { FAMILIES } from '../../../src/api/families.js'
import { otherRegions, regionsOf } from '../../../src/api/regions.js'

const { folders, variables } = catalogueOf(FAMILIES)

test('the regions that hints name are those of the described calls', () => {
  for (const { family, regions, calls } of folders) {
    const before = regions?.filter((prefix) => prefix !== '').map((prefix) => prefix.slice(1))
    const choices = calls.flatMap(({ choices: all = {} }) => Object.entries(all))
    const within = choices.filter(([name]) => /region|site/i.test(name)).map(([, values]) => values)
    for (const documented of [...(before === undefined ? [] : [before]), ...within]) {
      const known = regionsOf(family.name === 'cc-historical' ? 'cc-realtime' : family.name)
      assert.deepEqual(known, documented, family.name)
    }
  }
})

test('no documented call has a hint about its region', () => {
  for (const { regions = [''], calls } of folders) {
    for (const { path } of calls) {
      for (const prefix of regions) {
        const called = prefix + path.replace(/\{(\w+)\}/g, (_, name: string) => variables[name]!.value)
        assert.equal(otherRegions(called), undefined, called)
      }
    }
  }
})
