import { rejectionKinds, type RejectionKind } from './gateway-faults.js'

/** What is to go wrong with a request. */
export interface Fault {
  /** Wait this long before the headers. */
  delayMs?: number
  /** Respond with this status and the gateway's own body instead of the real response. */
  status?: number
  /** Which 401 body; only with status 401. */
  kind?: RejectionKind
  /** `Retry-After` in seconds. */
  retryAfterSeconds?: number
  /** Send this many bytes of the body under a larger Content-Length, then destroy the connection. */
  cutAfterBytes?: number
  /** Send the body in small pieces with this long between them. */
  dripMs?: number
  /** Send the headers, then nothing. */
  stall?: boolean
  /** Replace the body: an HTML page, or truncated JSON. */
  body?: 'html' | 'garbage'
  /** Only this many matching requests from now on; without it, until cleared. Not for the header. */
  times?: number
  /** Only requests whose path starts like this. Not for the header. */
  path?: string
}

/** A fault, or what is wrong with its description. */
export type FaultSpec = { readonly fault: Fault } | { readonly error: string }

/** Every key, with the alias that reads better in the header. */
const aliases: Readonly<Record<string, string>> = { slow: 'delay-ms', cut: 'cut-after', drip: 'drip-ms' }

export const faultKeys =
  'slow|delay-ms=MS, status=400..599, kind=missing|expired|invalid|product|kong, retry-after=S, ' +
  'cut|cut-after=BYTES, drip|drip-ms=MS, stall, html, garbage, times=N, path=/PREFIX'

/** Reads the header `X-Sandbox-Fault`: `slow=200; status=503, retry-after=2`. */
export function parseFaultHeader(value: string): FaultSpec {
  const parts = value.split(/[,;]/).map((part) => part.trim())
  const spec = parseFault(parts.filter((part) => part !== '').map(splitAtEquals))
  if ('fault' in spec && (spec.fault.times !== undefined || spec.fault.path !== undefined)) {
    return { error: 'times and path are for /sandbox/fault; the header is about its own request' }
  }
  return spec
}

/** Reads keys and values, from the header or a control address's query. */
export function parseFault(pairs: Iterable<readonly [string, string]>): FaultSpec {
  const fault: Fault = {}
  for (const [given, value] of pairs) {
    const key = aliases[given] ?? given
    const error = readPair(fault, key, value)
    if (error) return { error: `${given}: ${error}` }
  }
  if (Object.keys(fault).length === 0) return { error: `no fault named; the keys are ${faultKeys}` }
  if (fault.kind !== undefined && fault.status !== 401) return { error: 'kind: only with status=401' }
  return { fault }
}

function readPair(fault: Fault, key: string, value: string): string | undefined {
  switch (key) {
    case 'delay-ms':
      return readNumber(value, 0, 600_000, (number) => (fault.delayMs = number))
    case 'status':
      return readNumber(value, 400, 599, (number) => (fault.status = number))
    case 'retry-after':
      return readNumber(value, 0, 86_400, (number) => (fault.retryAfterSeconds = number))
    case 'cut-after':
      return readNumber(value, 0, Number.MAX_SAFE_INTEGER, (number) => (fault.cutAfterBytes = number))
    case 'drip-ms':
      return readNumber(value, 0, 600_000, (number) => (fault.dripMs = number))
    case 'times':
      return readNumber(value, 1, 1_000_000, (number) => (fault.times = number))
    case 'kind': {
      const kind = rejectionKinds.find((known) => known === value)
      if (!kind) return `must be one of ${rejectionKinds.join(', ')}`
      fault.kind = kind
      return undefined
    }
    case 'path':
      if (!value.startsWith('/')) return 'must start with /'
      fault.path = value
      return undefined
    case 'stall':
    case 'html':
    case 'garbage':
      return readFlag(fault, key, value)
    default:
      return `unknown; the keys are ${faultKeys}`
  }
}

function readNumber(value: string, min: number, max: number, store: (number: number) => void) {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= min && number <= max)) return `must be a whole number from ${min} to ${max}`
  store(number)
  return undefined
}

function readFlag(fault: Fault, key: 'stall' | 'html' | 'garbage', value: string): string | undefined {
  if (value !== '' && value !== 'true') return 'takes no value'
  if (key === 'stall') fault.stall = true
  else fault.body = key
  return undefined
}

function splitAtEquals(part: string): readonly [string, string] {
  const at = part.indexOf('=')
  return at < 0
    ? [part.toLowerCase(), '']
    : [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()]
}
