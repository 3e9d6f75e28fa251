import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskHeader, maskTarget, maskText } from '../../../src/inspector/mask.js'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'

test('headers that carry a credential show their scheme and nothing more', () => {
  assert.equal(maskHeader('Authorization', 'Bearer abc123'), 'Bearer [secret]')
  assert.equal(maskHeader('authorization', 'Basic dXNlcjpwYXNz'), 'Basic [secret]')
  for (const name of [
    'x-api-key',
    '8x8-apikey',
    'token',
    'Cookie',
    'Set-Cookie',
    'X-Proxy-Key',
    'X-Amz-Security-Token',
    'X-Client-Secret',
  ]) {
    assert.equal(maskHeader(name, 'something'), '[secret]', name)
  }
})

test('headers that carry no credential stay as they are', () => {
  for (const [name, value] of [
    ['Content-Type', 'application/json; charset=utf-8'],
    ['X-Request-Id', '0f8fad5b-d9cb-469f-a165-70867728950e'],
    ['X-Tenant-Info', 'acme01'],
    ['ETag', '"33a64df551425fcc55e4d42a148795d9f25f89d4"'],
    ['Date', 'Wed, 21 Oct 2026 07:28:00 GMT'],
    ['WWW-Authenticate', 'Basic realm="api"'],
    ['Access-Control-Allow-Headers', 'Authorization'],
    ['X-Total-Elements', '14085551'],
    ['Link', '</storage/us-west/v3/objects?pageKey=2&limit=100>; rel="next"'],
  ] as const) {
    assert.equal(maskHeader(name, value), value)
  }
})

test('a presigned link keeps its place and loses its signature', () => {
  const signed =
    'https://s3.us-west-2.amazonaws.com/recordings/0f8fad5b.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
    '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261121%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Date=20261121T080000Z' +
    '&X-Amz-Expires=900&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEJr&X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027'
  const masked =
    'https://s3.us-west-2.amazonaws.com/recordings/0f8fad5b.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
    '&X-Amz-Credential=[secret]&X-Amz-Date=20261121T080000Z&X-Amz-Expires=900&X-Amz-Security-Token=[secret]' +
    '&X-Amz-Signature=[secret]'

  assert.equal(maskHeader('Location', signed), masked)
  assert.equal(maskText(`{"url":"${signed}","size":123}`), `{"url":"${masked}","size":123}`)
})

test('secrets in bodies are masked in JSON, in JSON within JSON, in forms, in XML and in plain text', () => {
  for (const [text, masked] of [
    ['{"access_token":"abc","token_type":"Bearer"}', '{"access_token":"[secret]","token_type":"Bearer"}'],
    ['{"clientSecret" : "a\\"b" , "id":7}', '{"clientSecret" : "[secret]" , "id":7}'],
    ['{"password":["one","two"],"pin":1234}', '{"password":["[secret]","[secret]"],"pin":"[secret]"}'],
    ['{"raw":"{\\"refreshToken\\":\\"abc\\"}"}', '{"raw":"{\\"refreshToken\\":\\"[secret]\\"}"}'],
    [
      'grant_type=client_credentials&client_secret=abc&x=1',
      'grant_type=client_credentials&client_secret=[secret]&x=1',
    ],
    [
      '<login><user>u</user><password>p</password></login>',
      '<login><user>u</user><password>[secret]</password></login>',
    ],
    [`a ${JWT} b`, 'a [secret] b'],
    ['key eght_0123456789abcdef is', 'key [secret] is'],
    ['curl -H "Authorization: Bearer abcdef123456"', 'curl -H "Authorization: Bearer [secret]"'],
    ['secret=a=b==&x=1', 'secret=[secret]&x=1'],
    ['https://user:pass@example.com/x', 'https://[secret]@example.com/x'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', '[secret]'],
  ] as const) {
    assert.equal(maskText(text), masked)
  }
})

test('a secret that the end of the text cuts off is masked as well', () => {
  assert.equal(maskText('{"a":1,"access_token":"abcdefgh'), '{"a":1,"access_token":"[secret]')
  assert.equal(maskText('{"access_token":"abc\\'), '{"access_token":"[secret]')
  assert.equal(maskText(`x ${JWT.slice(0, 30)}`), 'x [secret]')
  assert.equal(maskText('-----BEGIN RSA PRIVATE KEY-----\nMIIE'), '[secret]')
})

test('a secret that is known is masked wherever it turns up', () => {
  assert.equal(
    maskText('echo: q2w3e4r5t6, again q2w3e4r5t6', ['q2w3e4r5t6']),
    'echo: [secret], again [secret]',
  )
})

test('phone numbers are masked in every spelling that people use', () => {
  for (const [text, masked] of [
    ['call +14085551234 now', 'call [phone] now'],
    ['+44 20 7946 0958', '[phone]'],
    ['(408) 555-1234, 408-555-1234, 1-408-555-1234', '[phone], [phone], [phone]'],
    ['408.555.1234', '[phone]'],
    ['"14085551234"', '"[phone]"'],
    ['{"phoneNumber":"4085551234"}', '{"phoneNumber":"[phone]"}'],
    ['{"callerId": 442079460958}', '{"callerId": "[phone]"}'],
    ['{"ani":"4085551234","dnis":"8005551234"}', '{"ani":"[phone]","dnis":"[phone]"}'],
    ['{"from":"4085551234","to":"442079460958"}', '{"from":"[phone]","to":"[phone]"}'],
    ['{"key":"callerNumber","value":"4085551234"}', '{"key":"callerNumber","value":"[phone]"}'],
    ['<caller>4085551234</caller>', '<caller>[phone]</caller>'],
    ['sip:4085551234@pbx', 'sip:[phone]@pbx'],
  ] as const) {
    assert.equal(maskText(text), masked)
  }
})

test('e-mail addresses are masked', () => {
  assert.equal(maskText('{"email":"jane.doe+x@mail.example.com"}'), '{"email":"[email]"}')
  assert.equal(maskTarget('/contacts?q=jane%40example.com'), '/contacts?q=[email]')
})

test('ids, timestamps, sizes and counts stay readable', () => {
  for (const text of [
    '{"id":"550e8400-e29b-41d4-a716-446655440000","queueId":"101","size":14085551234}',
    '{"startTime":1763712000000,"endTime":"1763712000","from":"1763712000000","to":1763712000}',
    '{"from":"2026-11-21","to":"2026-11-21T08:00:00.000Z","created":"2026-11-21 08:00:00+0000"}',
    '{"from":"20261121","interval":"20261121T080000Z/20261121T090000+0100"}',
    '{"interactionId":"1763712000123-0f8fad5b","transactionId":12345678901234567890}',
    '{"accountNumber":"4085551234","ticketNumber":4085551234,"sequenceNumber":"123456789"}',
    '{"key":"recording.mp3","name":"Sales phone","tokenType":"BearerToken","nextPageToken":"abcdef"}',
    '{"ip":"192.168.100.200","version":"10.200.3000","metric":408.555,"list":[1,2,3]}',
    '{"callTime":"00:12:34","called":true,"calls":1234567,"phoneType":"desk"}',
    'a,b,c\n100,200,3000\n4085551,2026-11-21,x\n',
    'Basic information and Bearer authentication',
    '<id>4085551234</id><count>1234567</count>',
  ]) {
    assert.equal(maskText(text), text)
  }
})

test('in a target the search for a number is masked, and everything else stays', () => {
  for (const target of [
    '/analytics/cc/v5/realtime-metrics/queues?size=10&page=2',
    '/storage/us-west/v3/objects/550e8400-e29b-41d4-a716-446655440000/content',
    '/storage/us-west/v3/objects?filter=type==callrecording;createdTime=gt=1763712000000&limit=5',
    '/qm/us-west/v1/interactions/1763712000123',
  ]) {
    assert.equal(maskTarget(target), target)
  }
  assert.equal(
    maskTarget('/storage/us-west/v3/objects?filter=type==call;phone==4085551234&limit=5'),
    '/storage/us-west/v3/objects?filter=type==call;phone==[phone]&limit=5',
  )
  assert.equal(maskTarget('/x?filter=phone%3D%3D4085551234'), '/x?filter=phone%3D%3D[phone]')
  assert.equal(
    maskTarget('/x?caller=%2B14085551234&access_token=abc'),
    '/x?caller=[phone]&access_token=[secret]',
  )
  assert.equal(
    maskTarget('/admin-provisioning/phone-numbers/+14085551234'),
    '/admin-provisioning/phone-numbers/[phone]',
  )
})

test('JSON in a query is masked as JSON', () => {
  assert.equal(
    maskTarget(`/x?q=${encodeURIComponent('{"password":"a b","n":"c d"}')}`),
    '/x?q={"password":"[secret]","n":"c%20d"}',
  )
  assert.equal(maskTarget('/x?q=%22plain%22'), '/x?q=%22plain%22')
})

test('half of a secret in a query showed if it held an encoded quote', () => {
  for (const quote of ['%22', '%3C', '%22%5C%25']) {
    const target = `/storage/us-west/v3/objects?access_token=first${quote}second&limit=5`
    assert.equal(maskTarget(target), '/storage/us-west/v3/objects?access_token=[secret]&limit=5')
  }
})

test('no text makes masking slow', () => {
  const startedAt = performance.now()
  for (const part of [
    'a',
    '1',
    '+1 ',
    'a@',
    '"a":',
    '\\"',
    '"',
    '=',
    'a=',
    'phone=',
    'token=',
    '%40',
    '<a>',
    '[',
    'eyJ',
    '(408) ',
    '-----BEGIN ',
  ]) {
    maskText(part.repeat(Math.ceil(20_000 / part.length)))
  }
  // Backtracking would take minutes. This takes some 50 ms, or as many times that as the machine is busy.
  assert.ok(performance.now() - startedAt < 10_000)
})
