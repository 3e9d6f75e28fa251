import { readdirSync, readFileSync } from 'node:fs'

/** Packages under the MIT licence that come without its text: whom their repositories name as the holders of the copyright. */
const HOLDERS = {
  '@redis/client': '2022-2025 Redis, inc.',
  'abstract-logging': 'James Sumners',
}

/**
 * The licences of all packages that have code in a bundle, as their authors ask for it: name, version, licence and text.
 *
 * @param metafile esbuild's. What was read but left out of every output is not in it.
 * @throws if a package names no licence, or comes without its text
 */
export function licencesOf({ outputs }) {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  // A version may be there twice, in the folders of two packages that need it.
  const sections = new Set(files.flatMap(packageFolder).map(section))
  const intro = `The bundle in this folder contains code of ${sections.size} packages, each under its own licence.\n`
  return intro + [...sections].toSorted().join('')
}

/** The folder of the innermost package that a file belongs to; none for the program's own sources. */
function packageFolder(path) {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
  return folder === undefined ? [] : [folder]
}

function section(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  if (typeof license !== 'string') throw new Error(`${name} ${version} names no licence`)
  return `\n${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${textOf(folder, name, license).trim()}\n`
}

function textOf(folder, name, license) {
  const file = readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)(?:[.-].*)?$/i.test(entry))
  if (file !== undefined) return readFileSync(`${folder}/${file}`, 'utf8')
  if (license !== 'MIT' || !(name in HOLDERS))
    throw new Error(`${folder} has no licence text: find out whose it is`)
  // Any text of the same licence; that of the project itself is not there when an image is built.
  const text = readFileSync('node_modules/undici/LICENSE', 'utf8')
  return text.replace(/^Copyright .*$/m, `Copyright (c) ${HOLDERS[name]}`)
}
