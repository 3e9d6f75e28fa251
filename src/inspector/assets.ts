import { readFile } from 'node:fs/promises'

/** The scripts of the page; `page.js` is the one that imports the others. */
export const SCRIPTS = [
  'page.js',
  'page-curl.js',
  'page-details.js',
  'page-dom.js',
  'page-format.js',
  'page-overview.js',
  'page-requests.js',
] as const

/** What the page is made of. Nothing of it is loaded before somebody asks. */
export interface Assets {
  html(): Promise<string>
  css(): Promise<string>
  script(name: (typeof SCRIPTS)[number]): Promise<string>
}

export function createAssets(): Assets {
  const scripts = new Map<string, Promise<string>>()
  return {
    html: async () => (await import('./html.js')).html,
    css: async () => (await import('./css.js')).css,
    script(name) {
      const known = scripts.get(name) ?? readScript(name)
      scripts.set(name, known)
      return known
    },
  }
}

async function readScript(name: string): Promise<string> {
  const script = await readFile(new URL(`./page/${name}`, import.meta.url), 'utf8')
  // There are no source maps at these addresses.
  return script.replace(/^\/\/# sourceMappingURL=.*$/m, '')
}
