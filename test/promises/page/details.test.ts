import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { send } from '../../support/http-client.js'
import { accessibilityViolations, skip, startPageStage, type PageStage } from '../../support/page-stage.js'
import { startPair } from '../../support/proxy.js'

const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'
const JSON_BODY = { 'Content-Type': 'application/json' }

const { browser, proxy } = skip === false ? await startPageStage() : ({} as PageStage)
let page: Page
let complaints: string[] = []

beforeEach(async () => {
  if (skip !== false) return
  await page?.close()
  page = await browser.newPage()
  page.setDefaultTimeout(10_000)
  complaints = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(`${proxy.origin}/-/`)
  await page.locator('#connection[data-state=live]').waitFor()
})

const row = (text: string) => page.locator('#requests tbody tr').filter({ hasText: text })
const details = () => page.locator('#details')
const body = () => details().locator('.body').first()
async function switchCapture(): Promise<void> {
  const control = page.locator('#capture')
  if ((await control.getAttribute('aria-checked')) !== 'true') await control.click()
  await page.locator('#capture[aria-checked=true]').waitFor()
}
/** Opens the details of a captured call with such a body. */
async function record(marker: string, text: string): Promise<void> {
  await switchCapture()
  const path = `/storage/us-west/v3/objects?${marker}`
  await send(proxy.port, { path, method: 'POST', headers: JSON_BODY, body: text })
  await row(marker).first().locator('.open').click()
  await details()
    .getByRole('heading', { name: `POST ${path}` })
    .waitFor()
}

test('JSON is laid out, coloured and foldable, and stays as it was written', { skip }, async () => {
  const text =
    '{"id": 12345678901234567890, "rate":1.50e-3,"none":null,"yes":true,"text":"a \\"b\\" \\u00e9 [{,]}: é","empty":{},' +
    `"few":["]",1,-2],"many":[${Array.from({ length: 21 }, (_, i) => i).join()}],"a":{"b":{"c":{"d":"deep ["}}}}`
  await record('json', text)

  assert.equal((await body().textContent())!.replace(/\s/g, ''), text.replace(/\s/g, ''))
  const shown = await body().innerText()
  assert.match(shown, /^\{\n\s*"id": 12345678901234567890,\n\s*"rate": 1\.50e-3,\n/)
  assert.doesNotMatch(shown, /deep/, 'what lies deep is folded')
  for (const [kind, some] of [
    ['name', '"id"'],
    ['number', '1.50e-3'],
    ['literal', 'null'],
    ['string', '"deep ["'],
  ] as const) {
    const texts = await body().locator(`.${kind}`).allTextContents()
    assert.ok(texts.includes(some), `${some} is a ${kind}`)
  }
  const folded = await body().locator('details:not([open]) > summary').allTextContents()
  assert.deepEqual(folded, ['"many": [', '"c": {'])

  await body().locator('summary', { hasText: '"many"' }).focus()
  await page.keyboard.press('Enter')
  assert.match(await body().innerText(), /19,\n\s*20\n/)
  assert.deepEqual(complaints, [])
})

test('a list of many is not folded where it is all there is', { skip }, async () => {
  await record('list', JSON.stringify(Array.from({ length: 50 }, (_, i) => ({ i }))))
  assert.equal(await body().locator('details:not([open])').count(), 0)
})

test('what is no whole JSON is text as it came, in colours', { skip }, async () => {
  for (const [marker, text] of [
    ['broken', '{"a": 1, "b": [tru'],
    ['lines', '{"a":1}\n{"b":"two"}\n'],
    ['not-json', 'plain { words ] "and" 1'],
    ['deep', '['.repeat(3000) + ']'.repeat(3000)],
    ['long', `[${'{"key":"value","number":1},\n'.repeat(500)}{}]`],
  ] as const) {
    await record(marker, text)
    const shown = (await details().locator('pre.body').first().textContent())!
    assert.ok(text.startsWith(shown) && shown.length >= Math.min(text.length, 10_000), marker)
  }
  assert.ok((await details().locator('pre.body .name').count()) > 100)
  assert.deepEqual(complaints, [])
})

test('markup in names and values of JSON stays text', { skip }, async () => {
  const evil = '<img/src=x/onerror=alert(1)>'
  await record('evil', JSON.stringify({ [evil]: evil, list: [evil] }))
  assert.deepEqual(JSON.parse((await body().textContent())!), { [evil]: evil, list: [evil] })
  assert.equal(await page.locator('img').count(), 0)
})

test('10 KB of numbers are laid out at once', { skip }, async () => {
  await record('numbers', `[${'1,'.repeat(5000)}2]`)
  assert.equal(await body().locator('.number').count(), 5001)
})

test('a request is copied as curl, Python or fetch with the keyboard alone', { skip }, async () => {
  await send(proxy.port, { path: `${QUEUES}?copy` })
  await row('?copy').locator('.open').focus()
  await page.keyboard.press('Enter')
  await details().getByRole('heading', { name: '?copy' }).waitFor()
  const reached: Record<string, string> = {}
  for (let i = 0; i < 10; i += 1) {
    await page.keyboard.press('Tab')
    const name = await page.evaluate<string>('document.activeElement.getAttribute("aria-label") ?? ""')
    if (!name.startsWith('Copy as')) continue
    const width = await page.evaluate('document.activeElement.offsetWidth')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Copied', exact: true }).first().waitFor()
    assert.equal(await page.evaluate('document.activeElement.offsetWidth'), width, 'nothing moves')
    reached[name] = await page.evaluate<string>('navigator.clipboard.readText()')
  }
  assert.deepEqual(Object.keys(reached), ['Copy as curl', 'Copy as Python', 'Copy as fetch'])
  for (const text of Object.values(reached)) assert.ok(text.includes(`${proxy.origin}${QUEUES}?copy`), text)
  assert.match(reached['Copy as Python']!, /^import requests/)
  assert.match(reached['Copy as fetch']!, /^const response = await fetch\(/)
})

test('the requests that are shown are exported as a HAR file', { skip }, async () => {
  const { proxy: other } = await startPair()
  for (const marker of ['one', 'two', 'other']) await send(other.port, { path: `/storage/${marker}` })
  await page.goto(`${other.origin}/-/`)
  await row('/storage/other').waitFor()
  const exported = async () => {
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export HAR' }).click()
    const download = await downloading
    assert.match(download.suggestedFilename(), /^8x8-auth-proxy-\d{14}\.har$/)
    const har = JSON.parse(await readFile(await download.path(), 'utf8')) as {
      log: { entries: { request: { url: string } }[] }
    }
    return har.log.entries.map(({ request }) => request.url.replace(other.origin, ''))
  }
  assert.deepEqual(await exported(), ['/storage/one', '/storage/two', '/storage/other'])
  await page.getByLabel('Text in the path').fill('/storage/o')
  await row('/storage/two').waitFor({ state: 'detached' })
  assert.deepEqual(await exported(), ['/storage/one', '/storage/other'])
  assert.deepEqual(complaints, [])
})

test('the details with JSON have no accessibility violations in either scheme', { skip }, async () => {
  await record('axe', '{"a":1,"b":"text","c":[null,true,{"d":{"e":{"f":1}}}]}')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    assert.deepEqual(await accessibilityViolations(page), [], colorScheme)
  }
})
