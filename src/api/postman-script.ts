import type { Call } from './call.js'

/** A run asks for a job's status that often before it goes on without. */
const MOST_POLLS = 30
const PAUSE_MS = 1000

/** What Postman does after the response: keeps ids for later calls, and asks again for jobs that are not done. */
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

/** In a run of the collection only: pressing Send asks once. */
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
