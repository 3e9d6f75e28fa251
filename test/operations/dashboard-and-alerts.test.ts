import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse as parseYaml, stringify } from 'yaml'
import { PROBLEMS } from '../../src/http/errors.js'
import { skippedWithout } from '../support/required.js'
import { startProgram, temporaryFolder } from '../support/program.js'
import { projectFolder } from '../support/project.js'
import { sendRaw } from '../support/raw-client.js'
import { usesOf } from './promql.js'
import { readScrape } from './scrape.js'

interface Rule {
  readonly alert: string
  readonly expr: string
}
interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}
interface Variable {
  readonly name: string
  readonly type: string
  readonly query: string | { readonly query: string }
}
interface AlertTest {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[]
}

const FOLDER = join(projectFolder, 'deploy')
const rules = (parseYaml(read('prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  ({ rules: ofGroup }) => ofGroup,
)
const dashboard = JSON.parse(read('grafana/dashboard.json')) as {
  schemaVersion: number
  panels: Panel[]
  templating: { list: Variable[] }
}
const targets = dashboard.panels.flatMap(({ targets: ofPanel }) => ofPanel ?? [])

// Prometheus adds these two to whatever it scrapes.
const ADDED = ['job', 'instance']

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const skip = skippedWithout(hasPromtool ? [] : ['prometheus'])

const scraped = readScrape(await scrapeAfterTraffic())

test('the dashboard and the alerts ask for metrics, labels and values that the program has', () => {
  const expressions = [...rules.map(({ expr }) => expr), ...targets.map(({ expr }) => filledIn(expr))]
  const uses = expressions.flatMap(usesOf)
  for (const { metric, labels, values } of uses) {
    const series = scraped.get(metric)
    assert.ok(series, `no metric ${metric}`)
    for (const label of labels) {
      assert.ok(ADDED.includes(label) || series.has(label), `${metric} has no label ${label}`)
    }
    for (const [label, value] of values) {
      const known = metric === 'x8_proxy_errors_total' ? new Set(Object.keys(PROBLEMS)) : series.get(label)
      assert.ok(known?.has(value), `${metric} has no ${label} ${value}`)
    }
  }
  assert.ok(uses.length > 30, 'the expressions were read')
})

test('every metric that the proxy has of its own is on the dashboard', () => {
  const shown = new Set(targets.flatMap(({ expr }) => usesOf(filledIn(expr)).map(({ metric }) => metric)))
  const own = [...scraped.keys()].filter((name) => name.startsWith('x8_') && !/_(?:sum|count)$/.test(name))
  const ofHistogram = (name: string) => own.includes(`${name}_bucket`)
  assert.deepEqual(
    own.filter((name) => !shown.has(name) && !ofHistogram(name)),
    [],
  )
})

test("own errors are told from 8x8's by every name that has a 5xx", () => {
  const names = Object.entries(PROBLEMS).flatMap(([name, { status }]) => (status >= 500 ? [name] : []))
  const listed = [...rules.map(({ expr }) => expr), ...targets.map(({ expr }) => expr)].flatMap((expr) =>
    [...expr.matchAll(/name=~"([^"$]+)"/g)].map(([, list]) => list!.split('|').toSorted()),
  )
  assert.ok(listed.length >= 3)
  for (const list of listed) assert.deepEqual(list, names.toSorted())
})

test('the dashboard is one that Grafana imports: current, no panel over another, every variable used', () => {
  assert.equal(dashboard.schemaVersion, 42)
  const { panels, templating } = dashboard
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  )
  assert.equal(new Set(cells).size, cells.length)
  const text = read('grafana/dashboard.json')
  for (const { name, type, query } of templating.list) {
    assert.match(text, new RegExp(`\\$\\{?${name}\\b`))
    if (type !== 'query') continue
    const asked = (query as { query: string }).query
    const [, metric, label] = /^label_values\((\w+)(?:\{[^}]*\})?, (\w+)\)$/.exec(asked) ?? []
    assert.ok(ADDED.includes(label!) || scraped.get(metric!)?.has(label!), asked)
  }
  const variables = new Set(templating.list.map(({ name }) => name))
  for (const [, name] of text.matchAll(/\$\{?([a-z]\w*)/g)) assert.ok(variables.has(name!), name)
  for (const { expr, legendFormat } of targets) {
    const labels = new Set(usesOf(filledIn(expr)).flatMap((use) => [...use.labels]))
    for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) assert.ok(labels.has(label!), expr)
  }
})

test("Prometheus accepts every rule and every panel's expression", { skip }, () => {
  promtool(['check', 'rules', join(FOLDER, 'prometheus/alerts.yml')])

  const file = join(temporaryFolder(), 'dashboard.yml')
  const recorded = targets.map(({ expr }, i) => ({ record: `panel:expression_${i}`, expr: filledIn(expr) }))
  writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }))
  promtool(['check', 'rules', '--lint=none', file])
})

test('the alerts fire when they should and only then', { skip }, () => {
  promtool(['test', 'rules', join(FOLDER, 'prometheus/alerts.test.yml')])
})

test('each alert has a case in which it fires and one in which it does not', () => {
  const { tests } = parseYaml(read('prometheus/alerts.test.yml')) as { tests: AlertTest[] }
  const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test)
  const names = (fires: boolean) =>
    new Set(
      cases.filter(({ exp_alerts }) => exp_alerts.length > 0 === fires).map(({ alertname }) => alertname),
    )
  assert.deepEqual(names(true), new Set(rules.map(({ alert }) => alert)))
  assert.deepEqual(names(false), new Set(rules.map(({ alert }) => alert)))
})

/** A scrape of the built program after a call to 8x8, a 404 of its own and a request that the door turned away. */
async function scrapeAfterTraffic(): Promise<string> {
  const program = startProgram({
    arguments: ['sandbox'],
    environment: { X8_PORT: '0', X8_REALTIME_CACHE_MS: '5000', X8_RATE_WAIT_MS: '1000' },
  })
  const origin = await program.address
  const call = async (path: string) => (await fetch(`${origin}${path}`)).text()
  await call('/analytics/cc/v5/realtime-metrics/queues')
  await call('/-/nothing-here')
  await sendRaw(await program.port, 'GET / HTTP/1.1\r\nHost: stranger\r\nConnection: close\r\n\r\n')
  return call('/-/metrics')
}

/** An expression as Grafana sends it. */
function filledIn(expression: string): string {
  return expression.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*')
}

function promtool(args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' })
  assert.equal(status, 0, stdout + stderr)
}

function read(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8')
}
