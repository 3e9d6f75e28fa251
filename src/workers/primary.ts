import { pino } from 'pino'
import type { Config, Environment } from '../config.js'
import { createCredentials } from '../credentials.js'
import { announce, prepareSocket } from '../listen.js'
import { countersOf, createProcessMetrics, type ProcessMetrics } from '../local/process-metrics.js'
import { createLogger, prettyLines } from '../logger.js'
import { createUpstream } from '../proxy/upstream.js'
import { watchSecretFiles } from '../secret-files.js'
import type { Host, Running } from '../host.js'
import { FILE_SETTINGS } from '../settings.js'
import { createShared } from '../shared.js'
import type { TokenCache } from '../token/token-cache.js'
import { createAnswers, type Answers } from './answers.js'
import { createCrew, type Member } from './crew.js'
import type { SentTokens, SentTokenState } from './messages.js'
import { createNumbering } from './numbering.js'
import { createTally } from './tally.js'

/**
 * Keeps what all workers share, and the workers; it serves nothing itself. Rejects with the system's error if the address
 * cannot be had.
 */
export async function servePrimary(config: Config, host: Host, count: number): Promise<Running> {
  const { environment, readFile, now, version, isTerminal } = host
  const stdout = pino.destination(1)
  const log = createLogger({
    level: config.logLevel,
    destination: isTerminal ? await prettyLines() : stdout,
  })
  const upstream = createUpstream(config)
  const credentials = createCredentials(config.app, config.work)
  const tally = createTally()
  const send = createNumbering()
  const answers = new Map<number, Answers>()
  const ownMetrics = createProcessMetrics()
  const processMetrics = new Map<number, ProcessMetrics>()
  let metricsOfTheDead: Promise<ProcessMetrics> = Promise.resolve([])
  let stopping = false

  /** Whoever does not answer in time stands there with what was last heard. */
  const askAll = (ask: (member: Member) => Promise<unknown>) =>
    Promise.all(crew.members().map((member) => ask(member).catch(() => undefined)))

  const shared = createShared({
    config,
    version,
    upstream,
    credentials,
    log,
    now,
    async numbers() {
      await askAll(({ channel }) => channel.ask('reportNow'))
      return tally.sum()
    },
    async processes() {
      const own = ownMetrics()
      await askAll(async ({ id, channel }) => processMetrics.set(id, await channel.ask('processMetrics')))
      return [await own, ...processMetrics.values(), await metricsOfTheDead]
    },
    workers: () => ({ count: crew.members().length, restarts: crew.restarts() }),
    draining: () => stopping,
    tokensChanged() {
      for (const { channel } of crew.members()) channel.tell('tokens', sentTokens())
    },
  })

  function sentTokens(): SentTokens {
    const { app, work } = shared.tokens
    return { appKey: credentials.inForce().key, app: stateOf(app), work: work && stateOf(work) }
  }

  function stateOf(cache: TokenCache): SentTokenState {
    const token = cache.peek()
    return { token: token && send(token), status: cache.status() }
  }

  function tellWhetherToCapture(): void {
    for (const { channel } of crew.members()) channel.tell('capturing', shared.recorder.capturing)
  }

  const crew = createCrew({
    count,
    where: config.listen,
    graceMs: config.shutdownGraceMs,
    log,
    now,
    write: (lines) => void stdout.write(lines),
    functions(member) {
      const answer = createAnswers({
        shared,
        member,
        send,
        start: () => ({
          environment: withoutSecrets(environment, config),
          version,
          isTerminal,
          tokens: sentTokens(),
          capturing: shared.recorder.capturing,
        }),
        report: ({ numbers }) => tally.report(member.id, numbers),
        pagesChanged: tellWhetherToCapture,
      })
      answers.set(member.id, answer)
      return answer.functions
    },
    arrived({ channel }) {
      // What has changed while it was starting.
      channel.tell('tokens', sentTokens())
      channel.tell('capturing', shared.recorder.capturing)
    },
    left({ id }) {
      answers.get(id)?.close()
      answers.delete(id)
      tally.ended(id)
      const last = processMetrics.get(id)
      processMetrics.delete(id)
      if (last !== undefined) metricsOfTheDead = metricsOfTheDead.then((before) => countersOf([before, last]))
    },
  })
  host.onExit(() => crew.kill())

  // Never undone: if all workers die at once, the next of them makes the socket again.
  await prepareSocket(config.listen, host.umask)
  const address = await crew.start()
  announce(address, config, log, isTerminal)
  shared.tokens.start()
  const secretFiles = watchSecretFiles({
    environment,
    readFile,
    credentials,
    log,
    changed: () => shared.tokens.credentialsChanged(),
  })

  return {
    config,
    address,
    log,
    reload: secretFiles.reload,
    async stop() {
      stopping = true
      secretFiles.unwatch()
      const cut = await crew.stop()
      shared.tokens.stop()
      await upstream.destroy()
      return cut
    },
  }
}

/** Workers check their callers' key themselves. Of 8x8's secrets they get none, since all they send is tokens. */
function withoutSecrets(environment: Environment, { proxyKey, work }: Config): Environment {
  const secrets = ['X8_TOKEN_STORE_URL', ...FILE_SETTINGS.flatMap((name) => [name, `${name}_FILE`])]
  const kept = Object.entries(environment).filter(([name]) => !secrets.includes(name))
  return {
    ...Object.fromEntries(kept),
    X8_APP_KEY: 'in-the-primary',
    X8_APP_SECRET: 'in-the-primary',
    ...(work === undefined ? {} : { X8_WORK_USERNAME: 'in-the-primary', X8_WORK_PASSWORD: 'in-the-primary' }),
    ...(proxyKey === undefined ? {} : { X8_PROXY_KEY: proxyKey }),
  }
}
