import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { startSandbox } from '../../src/sandbox/sandbox.js'
import { type Block, blocksOf, inlineCodeOf, PAGES } from '../support/pages.js'
import { skippedWithout } from '../support/required.js'
import { openPageShell, type PageOutput, type PageShell } from './page-shell.js'
import { KNOWN_PROGRAMS } from './stand-ins.js'

/**
 * Every command of README, docs/ and the others, run as it is written but for the port, in the order of its page, in front of
 * the sandbox. stand-ins.ts says which programs cannot be run here, and why.
 */
const has = (program: string) => spawnSync(program, ['--version']).error === undefined
const NEEDED = { curl: 'curl', python3: 'python3', promtool: 'prometheus' }
const skip = skippedWithout(Object.keys(NEEDED).filter((program) => !has(program)))

/** Languages without a program here. Their addresses are called instead; nothing else of them is tried. */
const NOT_RUN = new Set(['go', 'powershell'])
/** What a block before it prints. */
const OUTPUTS = new Set(['json', 'http'])

const sandbox = await startSandbox()
const { key, secret } = sandbox.credentials
const account = { X8_APP_KEY: key, X8_BASE_URL: sandbox.origin }

for (const page of PAGES) {
  test(`the commands of ${page} do what it says`, { skip, timeout: 300_000 }, async (t) => {
    const shell = openPageShell(account, secret)
    const blocks = blocksOf(page)
    const inline = inlineCodeOf(page).filter(isCommand)
    for (const [i, block] of blocks.entries()) await tryBlock(shell, block, blocks[i + 1], blocks[i - 1])
    for (const command of inline) {
      const output = await shell.run(command, { environment: { X8_APP_SECRET: secret } })
      assertRan(`${page}: ${command}`, output)
    }
    await shell.close()
    report(t, blocks, inline, shell.standInCalls())
  })
}

test.after(() => sandbox.close())

test("the README shows the doctor's lines as it prints them", async () => {
  const { text } = blocksOf('README.md').find((block) => block.text.includes('✘'))!
  const shell = openPageShell({ ...account, X8_APP_SECRET: 'wrong' }, secret)
  const { code, stdout } = await shell.run('8x8-auth-proxy doctor')
  assert.equal(code, 1)
  const printed = stdout.split('\n')
  let next = 0
  for (const line of text.trimEnd().split('\n')) {
    const pattern = patternOf(line.replace('api.8x8.com:443', new URL(sandbox.origin).host))
    next = printed.findIndex((other, i) => i >= next && pattern.test(other)) + 1
    assert.ok(next > 0, `no line like "${line}" in\n${stdout}`)
  }
})

test('the blocks that are run were found', () => {
  assert.ok(PAGES.flatMap(blocksOf).filter(({ language }) => language === 'sh').length > 40)
})

/** A program with arguments; a name alone is a name. */
function isCommand(code: string): boolean {
  const [program, ...rest] = code.split(' ')
  return KNOWN_PROGRAMS.includes(program!) && rest.length > 0
}

async function tryBlock(shell: PageShell, block: Block, next?: Block, previous?: Block): Promise<void> {
  const { page, line, language, text } = block
  const where = `${page}:${line}`
  switch (true) {
    case language === 'sh': {
      const printed = next !== undefined && OUTPUTS.has(next.language) ? next : undefined
      const output = await shell.run(text, { curlFails: printed?.language !== 'http' })
      assertRan(where, output)
      if (printed !== undefined)
        assert.match(output.stdout.replaceAll('\r', ''), patternOf(printed.text), where)
      break
    }
    case language === 'python':
      assertRan(where, await shell.run(text, { program: ['python3'] }))
      break
    case language === 'js':
      assertRan(where, await shell.run(text, { program: [process.execPath], ending: '.mjs' }))
      break
    case OUTPUTS.has(language):
      assert.equal(previous?.language, 'sh', `${where} shows what no command prints`)
      break
    case language === 'ini':
      if (!text.includes('[')) writeFileSync(join(shell.folder, '.env'), filledIn(text))
      break
    case language === 'yaml':
      checkYaml(shell, where, text)
      break
    case NOT_RUN.has(language):
      for (const [address] of (await shell.addressed(text)).matchAll(/http:\/\/127\.0\.0\.1[^\s'")]*/g))
        assert.equal((await fetch(address)).status, 200, `${where}: ${address}`)
      break
    default:
      // Something to read. What is to be run has a language.
      assert.equal(language, 'text', `${where}: who runs a block of "${language}"?`)
  }
}

function assertRan(where: string, { code, stdout, stderr }: PageOutput): void {
  assert.ok(code === 0 || code === undefined, `${where} ended with ${code}:\n${stdout}${stderr}`)
}

/** An output as a page shows it: `...` stands for anything; values that are measured or follow the clock, for any number. */
function patternOf(shown: string): RegExp {
  const parts = shown
    .trimEnd()
    .split('...')
    .map((part) =>
      part
        .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
        .replaceAll(/(?<=dur=|"value":|in )\d+(?:\\\.\d+)?/g, String.raw`[\d.]+`),
    )
  return new RegExp(`^${parts.join(String.raw`[\s\S]*`)}`)
}

/** The reader's own in the place of what the page leaves out. */
function filledIn(ini: string): string {
  return ini
    .replace(/^(X8_BASE_URL\w*)=.*$/gm, `$1=${sandbox.origin}`)
    .replace(/^(X8_APP_KEY\w*)=.*$/gm, `$1=${key}`)
    .replace(/^X8_APP_SECRET=.*$/m, `X8_APP_SECRET=${secret}`)
}

function checkYaml(shell: PageShell, where: string, text: string): void {
  const document = parseYaml(text) as Record<string, unknown>
  if (document['scrape_configs'] === undefined) return
  const file = join(shell.folder, 'prometheus.yml')
  writeFileSync(file, text)
  const { status, stderr } = spawnSync('promtool', ['check', 'config', file], { encoding: 'utf8' })
  assert.equal(status, 0, `${where}: ${stderr}`)
}

function report(
  t: TestContext,
  blocks: readonly Block[],
  inline: readonly string[],
  calls: readonly string[],
): void {
  const of = (languages: readonly string[]) =>
    blocks.filter(({ language }) => languages.includes(language)).length
  const standIns = [...new Set(calls.map((call) => call.split(' ')[0]))]
  t.diagnostic(
    `${of(['sh'])} sh blocks, ${of(['python', 'js'])} programs and ${inline.length} inline commands were run`,
  )
  if (calls.length > 0) t.diagnostic(`${calls.length} calls went to stand-ins for ${standIns.join(', ')}`)
  for (const { page, line, language } of blocks)
    if (NOT_RUN.has(language)) t.diagnostic(`NOT RUN: ${page}:${line} (${language})`)
}
