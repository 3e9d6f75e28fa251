import { existsSync } from 'node:fs'
import { after } from 'node:test'
import { chromium, type Browser } from 'playwright-core'

/** Where a Chromium or Chrome is installed, if one is. */
export const chromiumPath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path))

export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a browser with a profile of its own, which reaches nothing but this machine.
 *
 * @param rules Chromium's host resolver rules, such as `MAP evil.example 127.0.0.1`
 */
export async function startChromium(rules: readonly string[]): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: chromiumPath!,
    args: [
      ...CHROMIUM_ARGUMENTS,
      '--headless',
      '--no-proxy-server',
      // The last rule keeps it from asking any name server.
      `--host-resolver-rules=${[...rules, 'MAP *.example ~NOTFOUND', 'MAP *.com ~NOTFOUND'].join(', ')}`,
    ],
  })
  after(() => browser.close())
  return browser
}
