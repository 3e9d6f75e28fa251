import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { FAMILY_KEYS, FAMILY_URLS } from '../../../src/config/family-settings.js'
import { loadConfig } from '../../../src/config/load-config.js'
import { FILE_SETTINGS, SETTING_NAMES, SETTINGS } from '../../../src/config/settings.js'
import { projectFolder } from '../../support/project.js'

const example = readFileSync(join(projectFolder, '.env.example'), 'utf8')
const lines = example.split('\n')
// A setting, or one that is commented out: `# X8_NAME=default`.
const ENTRY = /^(?:# )?(X8_\w+)=(.*)$/
const entries = lines.flatMap((line) => {
  const [, name, value] = ENTRY.exec(line) ?? []
  return name === undefined ? [] : [{ name, value }]
})
const account = { X8_APP_KEY: 'my-key', X8_APP_SECRET: 'my-secret' }

test('.env.example has every setting once, in the order of the documentation', () => {
  assert.deepEqual(
    entries.map(({ name }) => name),
    SETTING_NAMES,
  )
})

test('.env.example shows the default of every setting', () => {
  const defaults = SETTING_NAMES.map((name) => {
    const setting = SETTINGS[name as keyof typeof SETTINGS] as
      { default?: string | number | boolean } | undefined
    return { name, value: String(setting?.default ?? '') }
  })
  assert.deepEqual(entries, defaults)
})

test('.env.example explains every setting in the line above it', () => {
  const unexplained = lines.filter(
    (line, i) => ENTRY.test(line) && !/^# (?!X8_\w+=)/.test(lines[i - 1] ?? ''),
  )
  assert.deepEqual(unexplained, [])
})

test('a copy of .env.example with the key and the secret filled in works and changes nothing', () => {
  const filledIn = example
    .replace('X8_APP_KEY=', `X8_APP_KEY=${account.X8_APP_KEY}`)
    .replace('X8_APP_SECRET=', `X8_APP_SECRET=${account.X8_APP_SECRET}`)
  assert.deepEqual(load(parseEnv(filledIn)), load(account))
})

test('taking out the comment signs of .env.example changes nothing', () => {
  const everything = parseEnv(example.replaceAll(/^# (?=X8_\w+=)/gm, ''))
  assert.equal(Object.keys(everything).length, SETTING_NAMES.length)
  assert.deepEqual(load({ ...everything, ...account }), load(account))
})

// Those of families stand there once, for all: X8_APP_KEY_<FAMILY>, with the families above.
const OF_FAMILIES = [
  { form: 'X8_APP_KEY_<FAMILY>', settings: FAMILY_KEYS },
  { form: 'X8_APP_KEY_<FAMILY>_FILE', settings: FAMILY_KEYS },
  { form: 'X8_BASE_URL_<FAMILY>', settings: FAMILY_URLS },
]

test('.env.example and docs/settings.md name the settings of families, and each family', () => {
  const page = readPage('docs/settings.md')
  assert.match(page, /^\| `X8_APP_KEY_<FAMILY>` \(and `_FILE`\)/m)
  assert.match(page, /^\| `X8_BASE_URL_<FAMILY>`/m)
  for (const { form, settings } of OF_FAMILIES) {
    assert.ok(lines.includes(`# ${form}=`), form)
    for (const { name } of settings) {
      const family = name.replace(/^X8_(?:APP_KEY|BASE_URL)_/, '')
      assert.match(example, new RegExp(`\\b${family}\\b`))
      assert.ok(page.includes(`\`${family}\``), family)
    }
  }
})

test('the tables of docs/settings.md name every setting once and no other', () => {
  const named = readPage('docs/settings.md').split('\n').flatMap(readSettingNames)
  assert.deepEqual(named.toSorted(), [...SETTING_NAMES].toSorted())
})

test("the README's table of settings has ten rows, and the defaults of docs/settings.md", () => {
  const rowsOf = (page: string) =>
    readPage(page)
      .split('\n')
      .filter((line) => line.startsWith('| `X8_'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
  const known = new Map(
    rowsOf('docs/settings.md').flatMap(([, names, fallback]) =>
      [...names!.matchAll(/`(X8_\w+)`/g)].map(([, name]) => [name!, fallback] as const),
    ),
  )
  const rows = rowsOf('README.md')
  assert.equal(rows.length, 10)
  for (const [, names, fallback] of rows)
    for (const [, name] of names!.matchAll(/`(X8_\w+)`/g)) assert.equal(fallback, known.get(name!), name)
})

function readPage(page: string): string {
  return readFileSync(join(projectFolder, page), 'utf8')
}

/** The names in the first cell of a row: `X8_NAME`, several of them, or with "(and `_FILE`)" behind. */
function readSettingNames(line: string): string[] {
  const cell = /^\|([^|]*X8_[^|]*)\|/.exec(line)?.[1] ?? ''
  const names = (cell.match(/X8_[A-Z0-9_]+(?!<)\b/g) ?? []).filter((name) => !name.endsWith('_'))
  if (!cell.includes('`_FILE`')) return names
  return names.flatMap((name) =>
    (FILE_SETTINGS as readonly string[]).includes(name) ? [name, `${name}_FILE`] : [name],
  )
}

function load(environment: Record<string, string | undefined>): unknown {
  return loadConfig(environment, () => '')
}
