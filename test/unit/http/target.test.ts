import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProxyError } from '../../../src/http/errors.js'
import { canonicalPath, readTarget, routePath } from '../../../src/http/target.js'

const HOST = 'localhost:8808'

test('a target goes out as it came in', () => {
  for (const target of [
    '/',
    '/?',
    '/storage/us-west/v3/objects',
    '/storage/us-west/v3/objects/',
    '/a//b///c/',
    '/storage/us-west/v3/objects?filter=type==callrecording;createdTime=gt=2024-01-01,(a==b)*',
    '/x?q=\'!$&()*+,;=:@/?[]{}|^`"<>',
    '/x/{id}/[y]|^`"<>',
    '/x?&metrics=a&metrics=b&&metrics=',
    '/x?a=b?c=d',
    '/x?next=http://evil.example//../..',
    '/x?a=../../b&c=%2e%2e%2f',
    '/x?a=%00%0d%0a%zz%&b=%E9',
    '/a%2Fb%3D%3D%20c%7e+d',
    '/%C3%BC',
    '/a.b/..c/d../.../.e/f.',
    '/a%5Cb',
    '/-',
    '/;v=1/x;y',
    '/http://evil.example',
    '/@evil.example:80/x',
    `/${'long/'.repeat(3000)}`,
  ]) {
    assert.equal(readTarget(target, HOST).raw, target)
  }
})

test('the absolute form passes only if it names the proxy as Host does', () => {
  for (const [target, raw] of [
    ['http://localhost:8808/x?y', '/x?y'],
    ['HTTP://LocalHost:8808/X//y', '/X//y'],
    ['http://localhost:8808', '/'],
    ['http://localhost:8808?y', '/?y'],
  ] as const) {
    assert.equal(readTarget(target, HOST).raw, raw)
  }
  for (const target of [
    'http://evil.example/x',
    'http://localhost/x',
    'http://localhost:88080/x',
    'http://localhost:8808.evil.example/x',
    'http://localhost:8808@evil.example/x',
    'http://user@localhost:8808/x',
    'http://user:password@localhost:8808/x',
    'https://localhost:8808/x',
    'ws://localhost:8808/x',
    'http://localhost:8808//evil.example/x',
    'http:localhost:8808/x',
    'http:/localhost:8808/x',
    'http:///x',
    'http://localhost:8808\\x',
    'file:///etc/passwd',
  ]) {
    assertBad(target)
  }
})

test('what is no path that starts with a single slash is refused', () => {
  for (const target of [
    '',
    '*',
    'x',
    '?x',
    '//',
    '//evil.example/x',
    '///x',
    'localhost:8808/x',
    'evil.example:443',
  ]) {
    assertBad(target)
  }
})

test('backslashes, control characters, spaces and "#" are refused, in the query too', () => {
  for (const character of ['\\', '#', ' ', '\0', '\x01', '\t', '\n', '\r', '\x0b', '\x1f', '\x7f']) {
    for (const target of [
      `/a${character}b`,
      `/a?b=${character}`,
      `/${character}`,
      `/${character}/evil.example`,
    ]) {
      assertBad(target)
    }
  }
})

test('encoded control characters are refused in the path', () => {
  for (const escape of ['%00', '%0a', '%0D', '%09', '%1F', '%7f']) {
    assertBad(`/storage${escape}/x`)
    assertBad(`/storage${escape}?x`)
  }
})

test('dot segments are refused, plain, encoded and mixed, wherever a server might see one', () => {
  const dots = ['.', '..', '%2e', '%2E', '%2e%2e', '.%2E', '%2e.', '%252e%252e', '%25252e']
  const after = [
    '',
    '/',
    '/b',
    '?x',
    '//',
    '%2f',
    '%2Fb',
    '%5C',
    '%5cb',
    ';',
    ';x=y/b',
    '%3Bx',
    '%252f',
    '%3Fx',
    '%23x',
  ]
  for (const dot of dots) {
    for (const before of ['/', '/a/', '/a//', '/a%2F', '/a%2f', '/a%5C', '/a%5c', '/a%252F', '/a%255c']) {
      for (const end of after) assertBad(`${before}${dot}${end}`)
    }
  }
})

test('malformed and overlong percent-encoding is refused in the path', () => {
  for (const escape of [
    '%',
    '%2',
    '%zz',
    '%2x',
    '%%',
    '%u002e',
    '%E9',
    '%C0%AE',
    '%c0%ae%c0%ae',
    '%80',
    '%ED%A0%80',
    '%FF',
  ]) {
    assertBad(`/a/${escape}`)
    assertBad(`/a/${escape}/b?c`)
  }
})

test('the canonical path has one spelling for what is the same', () => {
  for (const [path, canonical] of [
    ['/storage', '/storage'],
    ['/%73torage/%7E%2D%2e%5F%30', '/storage/~-._0'],
    ['//a///b//', '/a/b/'],
    ['/a%2fb%3d', '/a%2Fb%3D'],
    ['/%c3%bc', '/%C3%BC'],
    ['/%2573', '/%2573'],
    ['/A', '/A'],
    ['/a+b', '/a+b'],
  ] as const) {
    assert.equal(canonicalPath(path), canonical)
    assert.equal(canonicalPath(canonical), canonical, 'and stays as it is')
  }
})

test('families and rules see the path without its query', () => {
  assert.equal(readTarget('/%73torage//x?y=/qm', HOST).path, '/storage/x')
})

test('the router sees the same path as the door', () => {
  for (const target of [
    '/-/live',
    '/%2D/live',
    '/-//live?x',
    '/oauth/v2//token',
    '/oauth/v2/%74oken?x',
    '/storage/a%2Fb',
    'http://localhost:8808/-/live?x',
    'http://localhost:8808',
  ]) {
    assert.equal(routePath(target), readTarget(target, HOST).path, target)
  }
})

test('the router gets a path for anything', () => {
  for (const target of [
    '',
    '*',
    'x',
    '?',
    '/%zz',
    '/%E9',
    'http://',
    'http://a?b',
    'evil.example:443',
    '#',
  ]) {
    assert.equal(routePath(target), '/', target)
  }
})

function assertBad(target: string): void {
  assert.throws(
    () => readTarget(target, HOST),
    ({ problem, status }: ProxyError) => problem === 'bad-target' && status === 400,
    JSON.stringify(target),
  )
}
