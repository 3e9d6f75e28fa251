import { readFile } from 'node:fs/promises'

const SCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'

/** The files of the page, in the folder `page`, and their content types; `page.js` imports the other scripts. */
export const ASSETS = {
  'page.html': 'text/html; charset=utf-8',
  'page.css': STYLE,
  'page-details.css': STYLE,
  'page-overview.css': STYLE,
  'page.js': SCRIPT,
  'page-banner.js': SCRIPT,
  'page-code.js': SCRIPT,
  'page-copy.js': SCRIPT,
  'page-curl.js': SCRIPT,
  'page-details.js': SCRIPT,
  'page-dialog.js': SCRIPT,
  'page-dom.js': SCRIPT,
  'page-editor.js': SCRIPT,
  'page-filter.js': SCRIPT,
  'page-format.js': SCRIPT,
  'page-har.js': SCRIPT,
  'page-json.js': SCRIPT,
  'page-link.js': SCRIPT,
  'page-overview.js': SCRIPT,
  'page-replay.js': SCRIPT,
  'page-requests.js': SCRIPT,
  'page-resend.js': SCRIPT,
  'page-row.js': SCRIPT,
  'page-sandbox.js': SCRIPT,
  'page-send.js': SCRIPT,
} as const

/** Reads a file of the page when it is first asked for, and only once. */
export type ReadAsset = (name: keyof typeof ASSETS) => Promise<string>

export function createAssets(): ReadAsset {
  const files = new Map<string, Promise<string>>()
  return (name) => {
    const file = files.get(name) ?? readAsset(name)
    files.set(name, file)
    return file
  }
}

async function readAsset(name: string): Promise<string> {
  const text = await readFile(new URL(`./page/${name}`, import.meta.url), 'utf8')
  // The proxy serves no source maps.
  return text.replace(/^\/[/*]# sourceMappingURL=.*$/m, '')
}
