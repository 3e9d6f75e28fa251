import type { Finding } from './outcome.js'

const WIDTH = 80
const INDENT = 17

/** Renders one check as text: a mark, the name, what was found, and what to do. */
export function renderFinding({ status, name, detail, advice }: Finding, coloured: boolean): string {
  const [mark, colour] = MARKS[status === 'ok' && advice !== undefined ? 'warning' : status]
  const [first = '', ...rest] = [
    ...detail.split('\n').flatMap((line) => wrap(line, '', '  ')),
    ...(advice === undefined ? [] : wrap(advice, '→ ', '  ')),
  ]
  const head = `${coloured ? `\x1b[${colour}m${mark}\x1b[0m` : mark} ${name.padEnd(INDENT - 3)} ${first}`
  return [head, ...rest.map((line) => `${' '.repeat(INDENT)}${line}`)].map((line) => `${line}\n`).join('')
}

/** Renders the last lines: how many checks failed, and where to begin; or what could not be checked, if that is so. */
export function renderSummary(findings: readonly Finding[]): string {
  const failures = findings.filter(({ status }) => status === 'failed').length
  if (failures === 1) return '\n1 check failed. Do what it says, then run this again.\n'
  if (failures > 1) return `\n${failures} checks failed. Begin with the first: others may follow from it.\n`
  const gaps = gapsOf(findings)
  if (gaps.length === 0) return '\nEverything that is configured works.\n'
  return `\nWhat was checked works. Not checked: ${gaps.join(', ')}.\nTheir lines say why, and how to have them checked.\n`
}

function gapsOf(findings: readonly Finding[]): string[] {
  return findings.filter(({ isGap }) => isGap === true).map(({ name }) => name)
}

/** Renders all checks as JSON. A check has `ok`, or `skipped: true`. */
export function renderJson(version: string, findings: readonly Finding[]): string {
  const checks = findings.map(({ name, status, detail, advice, durationMs }) => ({
    name,
    ...(status === 'skipped' ? { skipped: true } : { ok: status === 'ok' }),
    detail,
    ...(advice === undefined ? {} : { advice }),
    durationMs,
  }))
  const summary = { version, ok: isHealthy(findings), notChecked: gapsOf(findings) }
  return `${JSON.stringify({ ...summary, checks }, null, 2)}\n`
}

/** Tells whether no check failed; skipped ones do not count. */
export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== 'failed')
}

const MARKS = { ok: ['✔', 32], warning: ['!', 33], failed: ['✘', 31], skipped: ['–', 90] } as const

/** Breaks a line between words. A word that is longer than the line stays whole, so that it can be copied. */
function wrap(text: string, first: string, next: string): string[] {
  const lines: string[] = []
  let line = first
  let hasWord = false
  for (const word of text.split(' ')) {
    if (hasWord && line.length + 1 + word.length > WIDTH - INDENT) {
      lines.push(line)
      line = next
      hasWord = false
    }
    line += hasWord ? ` ${word}` : word
    hasWord = true
  }
  return [...lines, line]
}
