import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFolder } from './project.js'

/** A fenced block of a page. */
export interface Block {
  readonly page: string
  /** Of its first line, from 1. */
  readonly line: number
  /** What stands behind the opening fence: `sh`, `json`, ... */
  readonly language: string
  readonly text: string
}

/** The pages that people read, from the project's folder; CHANGELOG.md tells of the past. */
export const PAGES: readonly string[] = [
  'README.md',
  'SECURITY.md',
  '.github/CONTRIBUTING.md',
  ...readdirSync(join(projectFolder, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
]

export function readPage(page: string): string {
  return readFileSync(join(projectFolder, page), 'utf8')
}

/** Returns the fenced blocks of a page in their order; the indentation of one within a list is left out. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = []
  let open: { indent: number; language: string; line: number; lines: string[] } | undefined
  readPage(page)
    .split('\n')
    .forEach((line, i) => {
      const [, indent, language] = /^( *)```(\S*)$/.exec(line) ?? []
      if (indent === undefined) open?.lines.push(line.slice(open.indent))
      else if (open === undefined)
        open = { indent: indent.length, language: language!, line: i + 2, lines: [] }
      else {
        blocks.push({ page, line: open.line, language: open.language, text: `${open.lines.join('\n')}\n` })
        open = undefined
      }
    })
  if (open !== undefined) throw new Error(`${page}:${open.line}: the block has no end`)
  return blocks
}

/** Returns what stands between backticks outside of blocks, without repetitions. */
export function inlineCodeOf(page: string): readonly string[] {
  const text = readPage(page).replaceAll(/^ *```.*\n[\s\S]*?^ *```$/gm, '')
  return [...new Set([...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!))]
}
