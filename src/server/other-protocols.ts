/** What a client's first bytes are if they are another protocol's, as a sentence that says what to do. */
export function otherProtocol(bytes: unknown): string | undefined {
  if (!Buffer.isBuffer(bytes)) return undefined
  const start = bytes.subarray(0, LONGEST_SIGN).toString('latin1')
  return PROTOCOLS.find(([sign]) => sign.test(start))?.[1]
}

const LONGEST_SIGN = 12

// A handshake record, of any version.
// oxlint-disable-next-line no-control-regex -- binary protocols are what is looked for
const TLS = /^\x16\x03/
const HTTP_2 = /^PRI \* HTTP\/2/
// oxlint-disable-next-line no-control-regex -- see above
const SOCKS = /^(?:\x05[\x01-\x09]|\x04[\x01\x02])/
// oxlint-disable-next-line no-control-regex -- see above
const PROXY_PROTOCOL = /^(?:PROXY (?:TCP|UNKN)|\r\n\r\n\0\r\nQUIT)/

const PROTOCOLS: readonly (readonly [RegExp, string])[] = [
  [TLS, 'A client spoke TLS to the plain HTTP port: use http:// instead of https:// to call this proxy.'],
  [
    HTTP_2,
    'A client began with HTTP/2. This proxy speaks HTTP/1.1: turn HTTP/2 with prior knowledge (h2c) off.',
  ],
  [SOCKS, 'A client took this for a SOCKS proxy. This is a reverse proxy: call it directly, by http://.'],
  [
    PROXY_PROTOCOL,
    'A load balancer sent a PROXY protocol header, which is not understood here: turn it off there.',
  ],
]
