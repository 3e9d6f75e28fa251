import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { MAIN } from '../support/program.js'

/** Prints the sandbox's secret if it is asked in the one way that the real program knows, else fails. */
function vault(read: string): string {
  return `case "$*" in\n${read}) note "$@"; printf '%s\\n' "$SANDBOX_SECRET";;\n*) refuse "$@";;\nesac`
}

const NOTED = 'note "$@"'

/** What a vault stores: nothing here, but the real program's own words are asked for. */
function withStore(store: string, read: string): string {
  return `case "$*" in\n${store}) note "$@"; exit;;\nesac\n${vault(read)}`
}

/**
 * What stands on pages and cannot be run by a test, each with its reason. All else is run. A stand-in takes down how it
 * was called; the shell around it is the real one, so syntax, files and variables are tried all the same.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  // Container engines and a cluster. container.test.ts and sidecar.test.ts check the files that are named.
  docker: NOTED,
  kubectl: NOTED,
  // Other people's services and other systems' keychains. They print the secret, with which the proxy has to start.
  op: vault('"read op://"*/*/*'),
  security: withStore(
    '"add-generic-password -a "*" -s "*" -w"',
    '"find-generic-password -a 8x8 -s 8x8-app-secret -w"',
  ),
  'secret-tool': withStore(
    '"store --label="*" service 8x8 account app-secret"',
    '"lookup service 8x8 account app-secret"',
  ),
  aws: withStore(
    '"secretsmanager create-secret --name "*" --secret-string file://"*',
    '"secretsmanager get-secret-value --secret-id "*" --query SecretString --output text"',
  ),
  gcloud: withStore('"secrets create "*" --data-file="*', '"secrets versions access latest --secret="*'),
  vault: withStore('"kv put -mount=secret "*" secret=@"*', '"kv get -mount=secret -field=secret "*'),
  // The service manager of a machine that is not the test's to change.
  systemctl: NOTED,
  journalctl: NOTED,
  launchctl: NOTED,
  sudo: NOTED,
  // Tests that the suite runs anyway: the files must be there.
  node: `[ "$1" = --test ] || exec ${quoted(process.execPath)} "$@"
shift; for file; do [ -f "$file" ] || { echo "no file $file" >&2; exit 1; }; done; note --test "$@"`,
  // The package from the registry. What it would install is the bundle.
  npx: `[ "$1" = 8x8-auth-proxy ] || refuse "$@"; shift; exec 8x8-auth-proxy "$@"`,
  // Installing is left to .ci/run, and so are the scripts that take minutes or change the project.
  npm: `while [ "$1" = run ] && [ "$2" = -s ]; do shift 2; set -- run "$@"; done
case "$1 $2" in
"ci "* | "i -g"* | "test "* | "run build"* | "run format"* | "run check"* | "run coverage"* | "run test:"* | "run screenshots"* | "run bench"* | "run fidelity"*) note "$@";;
*) exec "$REAL_NPM" "$@";;
esac`,
  // The program as it is built. It asks the proxy of this page for its health, wherever that listens.
  '8x8-auth-proxy': `[ "$1" = health ] && export X8_PORT="$PAGE_PORT"; exec ${quoted(process.execPath)} ${quoted(MAIN)} "$@"`,
}

/** Every program that a page may name beside text. */
export const KNOWN_PROGRAMS: readonly string[] = [
  ...Object.keys(STAND_INS),
  'curl',
  'cp',
  'chmod',
  'promtool',
  'git',
]

/**
 * Writes the stand-ins into a folder.
 *
 * @param calls the file that gets a line for each call of one
 * @returns the value of `PATH` with the folder before all others
 */
export function writeStandIns(folder: string, calls: string): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, body] of Object.entries(STAND_INS)) {
    const file = join(folder, name)
    writeFileSync(
      file,
      `#!/bin/sh
note() { printf '%s\\n' "${name} $*" >> ${quoted(calls)}; }
refuse() { printf '%s\\n' "${name} does not know: $*" >&2; exit 64; }
${body}
`,
    )
    chmodSync(file, 0o755)
  }
  return folder + delimiter + process.env['PATH']
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
