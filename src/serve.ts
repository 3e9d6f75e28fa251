import { buildApp } from './app.js'
import { createCredentials } from './config/credentials.js'
import { warnOfExposedFiles } from './config/exposed-files.js'
import type { LoadedConfig } from './config/load-config.js'
import { createReload } from './config/reload.js'
import { runSecretCommand } from './config/secret-command.js'
import { createUpstream } from './proxy/upstream/upstream.js'
import { announce, announceNextStep } from './server/announce.js'
import { listen, prepareSocket } from './server/listen.js'
import type { Running, System } from './system.js'
import { createLogDestination } from './telemetry/log-destination.js'
import { createLogger } from './telemetry/logger.js'
import { terminalLines } from './telemetry/terminal-lines.js'

// At the end the last lines may take this long.
const LONGEST_FLUSH_MS = 500

/** Serves until stopped. Rejects with a ConfigError if the address cannot be had. */
export async function serve({ config, secrets }: LoadedConfig, system: System): Promise<Running> {
  const { environment, readEnvironment, readFile, now, version, isTerminal, isSandbox = false } = system
  const output = createLogDestination({
    fd: system.logOutput(),
    resumed: (lines) =>
      log.warn({ lines }, `${lines} log lines were dropped: standard output did not take them`),
  })
  const log = createLogger({
    level: config.logLevel,
    destination: isTerminal ? terminalLines(output, system.hasColours) : output,
  })
  const upstream = createUpstream(config, secrets.egress)
  const command = environment.X8_APP_SECRET_COMMAND
  const runCommand = command ? () => runSecretCommand(command) : undefined
  const credentials = createCredentials(secrets, runCommand && { run: runCommand, log })
  const app = await buildApp(config, secrets, {
    version,
    node: system.node,
    upstream,
    log,
    logLinesDropped: output.dropped,
    now,
    credentials,
    sandbox: isSandbox,
  })

  await app.fastify.ready()
  const undo = await prepareSocket(config.listen, system.umask)
  const address = await listen(app.fastify.server, config.listen).finally(undo)
  const announcement = { address, config, log, isTerminal, isSandbox }
  announce(announcement)
  for (const warning of warnOfExposedFiles(environment, system.dotenv?.path)) log.warn(warning)
  const started = app.start()
  if (isTerminal) void started.then(() => announceNextStep(announcement, app.status().state))

  const changed = () => app.credentialsChanged()
  const reload = createReload({
    environment,
    readEnvironment,
    readFile,
    credentials,
    runCommand,
    log,
    changed,
  })
  return {
    config,
    address,
    log,
    reload: reload.reload,
    async stop() {
      reload.unwatch()
      const aborted = await app.stop()
      log.info({ aborted }, 'stopped')
      return aborted
    },
    flushLog: () => output.flush(LONGEST_FLUSH_MS),
  }
}
