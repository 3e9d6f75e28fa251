// Makes the pictures of the page for README and docs: the built program as sandbox, a handful of calls, light and dark, at
// twice the resolution. `npm run screenshots`; needs Chromium (CHROMIUM_PATH). A test holds that they are of this version.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { smallPng } from './small-png.mjs'
import { chromiumPath, CHROMIUM_ARGUMENTS } from '../dist/test/support/chromium.js'

const root = fileURLToPath(new URL('../', import.meta.url))
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
if (chromiumPath === undefined) throw new Error('no Chromium here: name one with CHROMIUM_PATH')

const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'
// Before this one the token is revoked.
const REGIONS = '/storage/us-west/v3/regions'
const REPORT = '/analytics/cc/v8/historical-metrics'
// Quality Management is missing.
const PRODUCTS = [
  'analytics realtime-api',
  'storage',
  'vcc',
  'chat-gateway',
  'Chat',
  'analytics product',
  'CE-RCS-Product',
]
const CALLS = [
  ['/storage/us-west/v3/objects?limit=5'],
  ['/vcc/us/chat/v2/tenant/t1/channels'],
  ['/directory-contacts/api/v3/contacts?email=jane.doe@example.com'],
  [`${QUEUES}?page=2&size=10`],
  // The app lacks this product.
  ['/qm/us-west/v1/interactions?size=5'],
  [
    '/analytics/cc/v5/realtime-metrics/agents?metrics=status.rt',
    { headers: { 'X-Sandbox-Fault': 'slow=640' } },
  ],
  ['/storage/us-west/v3/objects?limit=5', { headers: { 'X-Sandbox-Fault': 'status=503' } }],
  [`${QUEUES}/999`],
  ['/chat/api/chat/v1/messages'],
  ['/storage/us-west/../v3/objects'],
  [REGIONS],
  ['/admin-provisioning/phone-numbers'],
  [
    REPORT,
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"type":"queue-interactions-summary","title":"for Jane","granularity":"none","groupBy":{"name":"queue"},"dateRange":{"start":"2026-01-05","end":"2026-01-06"},"mail":"jane.doe@example.com"}',
    },
  ],
  [`${QUEUES}?page=1&size=10`],
]
const folder = mkdtempSync(join(tmpdir(), 'screenshots-'))
const program = spawn(process.execPath, [`${root}dist/bundle/main.js`, 'sandbox'], {
  cwd: folder,
  env: { PATH: process.env.PATH, X8_PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const browser = await chromium.launch({
  executablePath: chromiumPath,
  args: CHROMIUM_ARGUMENTS,
  headless: true,
})
try {
  const pictures = {}
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 2 })
  page.setDefaultTimeout(30_000)
  const origin = await listening()
  await page.goto(origin)
  await page.locator('#connection[data-state=live]').waitFor()
  const capture = page.getByRole('switch', { name: /capture/i })
  await capture.click()
  await page.locator('#capture[aria-checked=true]').waitFor()
  // Not through the proxy: its list shows the calls of an app.
  const status = await (await fetch(`${origin}/-/status`)).json()
  const control = (path, body) => fetch(`${status.upstream.origin}/sandbox/${path}`, { method: 'POST', body })
  await control('products', JSON.stringify(PRODUCTS))
  // So that a token is obtained that lists them.
  await control('revoke')
  await call(origin, [QUEUES])
  await page.locator('#products', { hasText: String(PRODUCTS.length) }).waitFor()
  for (const one of CALLS) {
    if (one[0] === REGIONS) await control('revoke')
    await call(origin, one)
    // As a person would make them, not all in one second.
    await wait(150)
  }
  const rows = page.locator('#requests tbody tr')
  await rows.filter({ hasText: `${QUEUES}?page=1` }).waitFor()
  await settled(rows)
  await shoot('page')
  await rows.filter({ hasText: REPORT }).first().click()
  await page.locator('#details:not([hidden])').getByText('Body').first().waitFor()
  await shoot('page-details')
  writeFileSync(`${root}.github/pictures.json`, `${JSON.stringify({ version, pictures }, null, 2)}\n`)

  async function shoot(name) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      // So that no row is under the pointer.
      await page.mouse.move(720, 2)
      const file = `${name}-${colorScheme}.png`
      const picture = smallPng(await page.screenshot())
      writeFileSync(`${root}.github/${file}`, picture)
      pictures[file] = createHash('sha256').update(picture).digest('hex')
      console.log(`${file}: ${Math.round(picture.length / 1024)} KB`)
    }
  }
} finally {
  await browser.close()
  program.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}

/** Where the program listens. Its output is read to its end: lines that nobody takes would be on the page as dropped. */
function listening() {
  let output = ''
  return new Promise((resolve, reject) => {
    program.stdout.on('data', (chunk) => {
      output += chunk
      const address = /"address":"([^"]+)"/.exec(output)?.[1]
      if (address !== undefined) resolve(address)
    })
    program.once('exit', () => reject(new Error(`it did not start: ${output}`)))
  })
}

/** fetch would resolve the dot segments that one of them has. */
function call(origin, [path, { body, ...options } = {}]) {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(origin), { ...options, path }, (response) => {
      response.resume().on('end', resolve)
    })
    sent.on('error', reject).end(body)
  })
}

/** Resolves when the list says all that it will say of the calls. */
async function settled(rows) {
  while ((await rows.count()) < CALLS.length) await wait(50)
  await wait(1_200)
}
