import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { copyLines } from '../../src/workers/output.js'

test('lines are passed on whole, wherever they were cut, and the last words of a process too', async () => {
  const from = new PassThrough()
  const written: string[] = []
  copyLines(from, (lines) => written.push(lines))
  for (const chunk of ['{"a":1}\n{"b"', ':2', '}', '\n', '{"c":3}\n', '{"ü":"', 'unfinished']) {
    const bytes = Buffer.from(chunk)
    // In halves, so that characters are cut too.
    from.write(bytes.subarray(0, 5))
    from.write(bytes.subarray(5))
  }
  from.end()
  await once(from, 'end')
  assert.equal(written.join(''), '{"a":1}\n{"b":2}\n{"c":3}\n{"ü":"unfinished\n')
  assert.ok(written.every((lines) => lines.endsWith('\n')))
})
