import { unwatchFile, watchFile } from 'node:fs'

const INTERVAL_MS = 2_000

/**
 * Calls back when one of the files has changed, for as long as the returned function has not been called. The files are
 * looked at every two seconds: Kubernetes replaces the link behind a mounted secret, which file system events miss.
 */
export function watchFiles(paths: readonly string[], changed: () => void): () => void {
  const listener = () => changed()
  for (const path of paths) watchFile(path, { interval: INTERVAL_MS, persistent: false }, listener)
  return () => paths.forEach((path) => unwatchFile(path, listener))
}
