import type { Call } from './call.js'

/** How often a run polls a job before it gives up and goes on. */
const MOST_POLLS = 30
const PAUSE_MS = 1000

/** Writes the script that Postman runs after the response: saves ids for later calls, and polls unfinished jobs. */
export function scriptOf({ id, keeps = {}, repeatsWhile }: Call): readonly string[] {
  const lines = [
    ...Object.entries(keeps).flatMap(([variable, keys]) => [
      `const ${variable} = json${keys.map((key) => `?.[${JSON.stringify(key)}]`).join('')}`,
      `if (${variable} != null) pm.collectionVariables.set('${variable}', String(${variable}))`,
    ]),
    ...(repeatsWhile === undefined ? [] : repeat(id, repeatsWhile)),
  ]
  if (lines.length === 0) return []
  return [
    'if (pm.response.code < 300) {',
    '  const json = pm.response.json()',
    ...lines.map((line) => `  ${line}`),
    '}',
  ]
}

/** Polls in a run of the collection only: pressing Send asks once. */
function repeat(id: string, statuses: readonly string[]): readonly string[] {
  const count = `${id}.polls`
  return [
    `const polls = Number(pm.variables.get('${count}') ?? 0) + 1`,
    `if (${JSON.stringify(statuses)}.includes(json?.status) && polls < ${MOST_POLLS}) {`,
    `  pm.variables.set('${count}', polls)`,
    '  pm.execution.setNextRequest(pm.info.requestId)',
    `  setTimeout(() => {}, ${PAUSE_MS})`,
    '}',
  ]
}
