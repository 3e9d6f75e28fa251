/**
 * The code of what really happened, for the log: the system's (`ECONNREFUSED`), OpenSSL's or the HTTP library's. Of the
 * chain of causes the first that has one counts. Where a library gives none, it is the error's name (undici 7 leaves
 * `HTTPParserError` without). Never its message, which may hold addresses and what the other side sent.
 */
export function causeCode(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = codeOf(each)
    if (code !== undefined) return code
    if (each.cause === undefined) return NAMED_BY_US.has(each.name) ? undefined : nameOf(each)
  }
  return undefined
}

/** Of several addresses that were tried, the failure at one that there is a way to says more than that there is no way. */
function codeOf(error: Error): string | undefined {
  if (error instanceof AggregateError) {
    const codes = error.errors.map(causeCode).filter((code) => code !== undefined)
    return codes.find((code) => !NO_WAY.has(code)) ?? codes[0]
  }
  const { code } = error as { code?: unknown }
  if (code === 'EPROTO') return openSslCode(error.message) ?? code
  return typeof code === 'string' && CODE.test(code) ? code : undefined
}

/** What fails while it writes has OpenSSL's reason in the message only. */
function openSslCode(message: string): string | undefined {
  const reason = /:SSL routines:[^:]*:([a-z\d/ ]{3,60}):/i.exec(message)?.[1]
  return reason === undefined ? undefined : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`
}

function nameOf({ name }: Error): string | undefined {
  return NAME.test(name) ? name : undefined
}

// OpenSSL has "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE".
const CODE = /^[A-Z][A-Z\d_/]{1,80}$/
const NAME = /^[A-Z][A-Za-z\d]{1,60}$/
const NAMED_BY_US: ReadonlySet<string> = new Set(['Error', 'ProxyError', 'TokenError'])
const NO_WAY: ReadonlySet<string> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])
