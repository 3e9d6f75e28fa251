import cluster from 'node:cluster'
import { setTimeout as wait } from 'node:timers/promises'
import { buildApp } from '../app.js'
import { loadConfig } from '../config.js'
import { createLineBatches } from '../line-batches.js'
import { listen } from '../listen.js'
import { createProcessMetrics } from '../local/process-metrics.js'
import { createLogger, prettyLines } from '../logger.js'
import { createUpstream } from '../proxy/upstream.js'
import type { Host, Running } from '../host.js'
import { openChannel } from './channel.js'
import type { PrimaryFunctions, WorkerFunctions } from './messages.js'
import { createRemoteInspection } from './remote-inspection.js'
import { createRemoteToken } from './remote-token.js'
import { createReporter } from './reporter.js'

// A token request takes ten seconds unless X8_TOKEN_TIMEOUT_MS says otherwise; nobody waits longer than this for one.
const LONGEST_ANSWER_MS = 60_000
const LONGEST_GOODBYE_MS = 1_000
// The primary is woken as rarely as can be: to wake it for each line would cost a fifth of all the time.
const LINES_LATE_MS = 100

export interface WorkerHost extends Pick<Host, 'now'> {
  /** Ends gracefully, and then the process. It may be called again. */
  readonly end: () => void
}

/**
 * Serves one share of the connections, with what the primary has for all. Rejects if it cannot listen; the primary knows
 * by then.
 */
export async function serveWorker({ now, end }: WorkerHost): Promise<Running> {
  const worker = cluster.worker!
  const processMetrics = createProcessMetrics()
  const functions: WorkerFunctions = {
    tokens({ appKey, app: state, work }) {
      credentials = { key: appKey }
      token.update(state)
      if (work !== undefined) workToken?.update(work)
    },
    capturing: (on) => reporter.setCapturing(on),
    reportNow: () => reporter.flush(),
    processMetrics,
    pageText: (page, text) => inspection.pageText(page, text),
    pageEnd: (page) => inspection.pageEnd(page),
    stop: end,
  }
  const primary = openChannel<PrimaryFunctions, WorkerFunctions>({
    worker,
    functions,
    timeoutMs: LONGEST_ANSWER_MS,
  })
  worker.once('disconnect', () => {
    // Without this node:cluster would end the process at once. What is in flight can be answered without the primary.
    worker.exitedAfterDisconnect = true
    end()
  })

  const start = await primary.ask('join')
  const { version, tokens } = start
  const config = loadConfig(start.environment, () => '')
  const lines = createLineBatches(LINES_LATE_MS)
  const log = createLogger({
    level: config.logLevel,
    destination: start.isTerminal ? await prettyLines() : lines,
  })
  const upstream = createUpstream(config)
  let credentials = { key: tokens.appKey }
  const token = createRemoteToken({ credential: 'app', primary, now, state: tokens.app })
  const workToken = tokens.work && createRemoteToken({ credential: 'work', primary, now, state: tokens.work })
  const inspection = createRemoteInspection(primary)
  const reporter = createReporter({
    numbers: () => app.numbers(),
    // Without a primary nobody wants to know.
    send: (report) => primary.ask('report', report).catch(() => undefined),
    now,
    capturing: start.capturing,
  })
  const app = await buildApp(config, {
    version,
    upstream,
    log,
    now,
    shared: {
      token,
      workToken,
      credentials: () => credentials,
      recorder: reporter,
      inspection,
      status: () => primary.ask('status'),
      metrics: () => primary.ask('metrics'),
    },
  })
  await app.fastify.ready()
  try {
    const address = await listen(app.fastify.server, start.listen)
    primary.tell('listening', address)
    return { config, address, log, reload: () => undefined, stop }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    await primary.ask('cannotListen', { code, message })
    throw error
  }

  async function stop(): Promise<number> {
    const cut = await app.stop()
    await Promise.race([reporter.flush(), wait(LONGEST_GOODBYE_MS)])
    lines.flush()
    return cut
  }
}
