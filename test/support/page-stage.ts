import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.js'
import { chromiumPath, CHROMIUM_ARGUMENTS } from './chromium.js'
import type { TestProxy } from './proxy.js'
import { skippedWithout } from './required.js'
import { startSandboxedProxy } from './sandboxed-proxy.js'

/** Why the page at `/-/` cannot be tested here, or false. */
export const skip = skippedWithout(chromiumPath === undefined ? ['chromium'] : [])

/** A browser that may use the clipboard, and the proxy in front of a sandbox whose page it opens. */
export interface PageStage {
  readonly browser: BrowserContext
  readonly sandbox: Sandbox
  readonly proxy: TestProxy
}

export async function startPageStage(options: SandboxOptions = {}): Promise<PageStage> {
  const profile = mkdtempSync(join(tmpdir(), '8x8-page-'))
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath!,
    headless: true,
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
    args: CHROMIUM_ARGUMENTS,
  })
  const { sandbox, proxy } = await startSandboxedProxy(options)
  after(async () => {
    await browser.close()
    await sandbox.close()
    rmSync(profile, { recursive: true, force: true })
  })
  return { browser, sandbox, proxy }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds wrong with the page as it is now (WCAG 2.2 A and AA, and best practices): a line for each. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // By the debugger's way, since the page's Content-Security-Policy keeps other scripts out.
  await page.evaluate(AXE)
  return page.evaluate<string[]>(`axe.run(document).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 120) + ' ' + failureSummary)))`)
}
