import { buildApp } from './app.js'
import type { LoadedConfig } from './config/load-config.js'
import { createCredentials } from './config/credentials.js'
import { warnOfExposedFiles } from './config/exposed-files.js'
import type { System, Running } from './system.js'
import { createLineBatches } from './telemetry/log-buffer.js'
import { announce, listen, prepareSocket } from './server/listen.js'
import { createLogger, prettyLines } from './telemetry/logger.js'
import { createUpstream } from './proxy/upstream/upstream.js'
import { watchSecretFiles } from './config/secret-files.js'

// Too short to be noticed in a log that is followed; under load it is dozens of lines in one write.
const LINES_LATE_MS = 10

/** Serves until stopped. Rejects with a ConfigError if the address cannot be had. */
export async function serve({ config, secrets }: LoadedConfig, system: System): Promise<Running> {
  const { environment, readFile, now, version } = system
  const lines = createLineBatches(LINES_LATE_MS)
  system.onExit(() => lines.flush())
  const log = createLogger({
    level: config.logLevel,
    destination: system.isTerminal ? await prettyLines() : lines,
  })
  const upstream = createUpstream(config, secrets.egress)
  const credentials = createCredentials(secrets.app, secrets.work)
  const app = await buildApp(config, secrets, { version, upstream, log, now, credentials })

  await app.fastify.ready()
  const undo = await prepareSocket(config.listen, system.umask)
  const address = await listen(app.fastify.server, config.listen).finally(undo)
  announce(address, config, log, system.isTerminal)
  for (const warning of warnOfExposedFiles(environment, system.dotenv?.path)) log.warn(warning)
  app.start()

  const changed = () => app.credentialsChanged()
  const secretFiles = watchSecretFiles({ environment, readFile, credentials, log, changed })
  return {
    config,
    address,
    log,
    reload: secretFiles.reload,
    async stop() {
      secretFiles.unwatch()
      return app.stop()
    },
  }
}
