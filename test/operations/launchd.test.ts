import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load-config.js'
import { SETTINGS } from '../../src/config/settings.js'
import { projectFolder } from '../support/project.js'
import { skippedWithout } from '../support/required.js'

// plutil is on macOS only; Python reads property lists everywhere.

interface Agent {
  readonly ProgramArguments: readonly string[]
  readonly EnvironmentVariables: Readonly<Record<string, string>>
  readonly ExitTimeOut: number
}

const PLIST = join(projectFolder, 'deploy/launchd/8x8-auth-proxy.plist')
const TO_JSON = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))'

const hasPython = spawnSync('python3', ['--version']).status === 0
const skip = skippedWithout(hasPython ? [] : ['python3'])

test('the agent of launchd is a property list, whose settings the program accepts', { skip }, () => {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', TO_JSON, PLIST], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const agent = JSON.parse(stdout) as Agent
  assert.deepEqual(agent.ProgramArguments, ['/usr/bin/env', '8x8-auth-proxy'])
  assert.ok(agent.ExitTimeOut * 1000 > SETTINGS.X8_SHUTDOWN_GRACE_MS.default)
  const { PATH, ...settings } = agent.EnvironmentVariables
  assert.match(PATH!, /^\/opt\/homebrew\/bin:\/usr\/local\/bin:/)
  assert.throws(
    () => loadConfig(settings, () => '', [], { secret: 'secret' }),
    /X8_APP_KEY is still a placeholder/,
  )
  const filledIn = { ...settings, X8_APP_KEY: 'key' }
  const { config } = loadConfig(filledIn, () => '', [], { secret: 'secret' })
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: SETTINGS.X8_PORT.default })
})
