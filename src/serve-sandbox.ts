import { FILE_SETTINGS } from './config/settings.js'
import { loadConfig } from './config/load-config.js'
import { startSandbox } from './sandbox/sandbox.js'
import type { System, Running } from './system.js'
import { serve } from './serve.js'

/** What the sandbox replaces or leaves out: an account's credentials and addresses, even if they are in `.env` already. */
const REPLACED = [
  ...FILE_SETTINGS.filter((name) => name !== 'X8_PROXY_KEY').flatMap((name) => [name, `${name}_FILE`]),
  'X8_BASE_URL',
  'X8_TOKEN_URL',
  'X8_TOKEN_STORE_URL',
]

/** Serves the proxy in front of a simulated 8x8 on a loopback port, with made-up credentials. */
export async function serveSandbox(system: System): Promise<Running> {
  const sandbox = await startSandbox()
  const { key, secret, workUsername, workPassword } = sandbox.credentials
  const environment = {
    ...Object.fromEntries(Object.entries(system.environment).filter(([name]) => !REPLACED.includes(name))),
    X8_APP_KEY: key,
    X8_APP_SECRET: secret,
    X8_WORK_USERNAME: workUsername,
    X8_WORK_PASSWORD: workPassword,
    X8_TENANT: system.environment.X8_TENANT || 'sandbox-tenant',
    X8_PBX: system.environment.X8_PBX || 'sandbox-pbx',
    X8_BASE_URL: sandbox.origin,
  }
  try {
    const running = await serve(loadConfig(environment, system.readFile), { ...system, environment })
    running.log.info('this is the sandbox: a simulated 8x8, nothing leaves this machine')
    if (running.address.startsWith('http:')) {
      running.log.info(`try: curl ${running.address}/analytics/cc/v5/realtime-metrics/queues`)
    }
    return {
      ...running,
      async stop() {
        const cut = await running.stop()
        await sandbox.close()
        return cut
      },
    }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}
