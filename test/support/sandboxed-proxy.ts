import { sandboxEnvironment } from '../../src/sandbox/environment.js'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.js'
import { startCheckedSandbox } from './checked-sandbox.js'
import { startProxy, type TestProxy } from './proxy.js'

/** The proxy in front of a sandbox, as `8x8-auth-proxy sandbox` starts them. The test closes the sandbox. */
export async function startSandboxedProxy(
  options: SandboxOptions = {},
): Promise<{ sandbox: Sandbox; proxy: TestProxy }> {
  const sandbox = await startCheckedSandbox(options)
  return { sandbox, proxy: await startProxy(sandboxEnvironment({}, sandbox), { sandbox: true }) }
}
