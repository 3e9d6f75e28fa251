/**
 * Masking for the page at `/-/`: what identifies a person or opens a door is replaced before anything is shown. It
 * works on text, not on parsed values, because a body is truncated after 10 KB and may be JSON, a form, XML, CSV or a URL.
 *
 * Ids and timestamps stay readable. So bare digits count as a phone number only where their name says so, or where they
 * have the shape of a North American number with its country code.
 */

const SECRET = '[secret]'
const PHONE = '[phone]'
const EMAIL = '[email]'

/**
 * A header's value, fit to be shown.
 *
 * @param known values that are masked wherever they occur
 */
export function maskHeader(name: string, value: string, known: readonly string[] = []): string {
  if (!isSecretHeader(name)) return maskText(value, known)
  // The scheme helps to see what went wrong and gives nothing away.
  const scheme = /^(?:Bearer|Basic|Digest|Negotiate) /i.exec(value)?.[0] ?? ''
  return value === '' ? '' : scheme + SECRET
}

/** Whether a header's value is a secret by the header's name. */
export function isSecretHeader(name: string): boolean {
  return SECRET_HEADER.test(name) && !HARMLESS_HEADER.test(name)
}

const SECRET_HEADER = /auth|token|secret|password|cookie|credential|signature|session|api-?key|-key$/i
const HARMLESS_HEADER = /^(?:access-control-|(?:www|proxy)-authenticate$|idempotency-key$)/i

/**
 * A request target, fit to be shown. While a page is open every request pays for this, so each part is tried only where
 * it can find something.
 */
export function maskTarget(target: string): string {
  if (!SUSPICIOUS.test(target)) return target
  if (MARKUP.test(target)) {
    // JSON or XML in a query. It is shown decoded only if there was something to mask. Values that are secret by their
    // names come first: decoded, a quote in one would look like its end.
    const paired = maskPairs(target)
    const decoded = decode(paired)
    const masked = maskText(decoded)
    return masked === decoded ? maskText(paired) : masked.replace(/\s/g, encodeURIComponent)
  }
  let masked = EQUALS.test(target) ? maskPairs(target) : target
  if (RARE.test(masked)) masked = maskPatterns(masked)
  else if (NUMBER.test(masked)) masked = masked.replace(PHONE_NUMBER, PHONE)
  return masked
}

const SUSPICIOUS = /[=@+"<]|%(?:40|2b|3d|22|3c)|\d{7}|\d{3}[-.)]|eyJ|eght_|A[KS]IA|tel:|sips?:/i
const MARKUP = /["<]|%(?:22|3c)/i
const EQUALS = /=|%3d/i
const RARE = /@|%40|eyJ|eght_|A[KS]IA|bearer|basic|tel:|sips?:/i
const NUMBER = /(?:\+|%2b)[\d(]|1[2-9]\d{2}[2-9]\d{6}|\d{3}\)?(?: |%20|[-.])?\d{3}[-.]\d{4}/i

function decode(target: string): string {
  try {
    return decodeURIComponent(target)
  } catch {
    return target
  }
}

/**
 * Text of any kind, fit to be shown.
 *
 * @param known values that are masked wherever they occur, such as the token that was sent with the request
 */
export function maskText(text: string, known: readonly string[] = []): string {
  let masked = text
  for (const secret of known) masked = masked.replaceAll(secret, SECRET)
  masked = masked
    .replace(PRIVATE_KEY, SECRET)
    // {"key": "callerNumber", "value": "..."}: 8x8's way to write tags.
    .replace(NAMED_VALUE, (pair, before: string, name: string, between: string, value: string) => {
      const kept = maskNamed(name, value)
      return kept === undefined ? pair : before + name + between + quoted(value, kept)
    })
    .replace(JSON_PAIR, (pair, name: string, colon: string, value: string) => {
      const isList = value.startsWith('[')
      const kept = isList ? maskList(name, value) : maskNamed(name, value)
      return kept === undefined ? pair : `"${name}"${colon}${isList ? kept : quoted(value, kept)}`
    })
    .replace(ESCAPED_JSON_PAIR, (pair, before: string, name: string, between: string, value: string) => {
      const kept = maskNamed(name, value)
      return kept === undefined ? pair : before + name + between + kept
    })
    .replace(XML_ELEMENT, (element, name: string, value: string) => {
      const kept = maskNamed(name, value)
      return kept === undefined ? element : `<${name}>${kept}`
    })
  return maskPatterns(maskPairs(masked))
}

/** What gives itself away by its shape. */
function maskPatterns(text: string): string {
  return text
    .replace(SCHEME_AND_CREDENTIAL, `$1${SECRET}`)
    .replace(USER_INFO, `$1${SECRET}@`)
    .replace(RECOGNISED_SECRET, SECRET)
    .replace(EMAIL_ADDRESS, EMAIL)
    .replace(PHONE_URI, `$1${PHONE}`)
    .replace(PHONE_NUMBER, PHONE)
}

/**
 * Forms and queries. A value may hold pairs itself (`filter=phone==14085551234` is how Cloud Storage is searched), so it
 * is skipped only where it is masked.
 */
function maskPairs(text: string): string {
  let masked = ''
  let end = 0
  for (const { 0: equals, index } of text.matchAll(EQUALS_SIGN)) {
    let start = index
    while (start > end && index - start < LONGEST_NAME && NAME_CHARACTERS.has(text.charCodeAt(start - 1))) {
      start -= 1
    }
    const name = text.slice(start, index)
    if (index < end || !isTelling(name)) continue
    PAIR_VALUE.lastIndex = index + equals.length
    const kept = maskNamed(name, PAIR_VALUE.exec(text)![0])
    if (kept === undefined) continue
    masked += text.slice(end, index) + equals + kept
    end = PAIR_VALUE.lastIndex
  }
  return masked + text.slice(end)
}

const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g
// Every value may be truncated where the capture ends: an end of text closes it as well as its quote does.
const NAMED_VALUE =
  /("(?:key|name)"\s*:\s*")([^"\\]{1,64})("\s*,\s*"value"\s*:\s*)("(?:[^"\\]|\\(?:.|$))*(?:"|$)|-?\d+)/gs
const JSON_PAIR = /"([^"\\]{1,64})"(\s*:\s*)("(?:[^"\\]|\\(?:.|$))*(?:"|$)|\[[^\][{}]*(?:\]|$)|-?\d+)/gs
const ESCAPED_JSON_PAIR = /(\\")([^"\\]{1,64})(\\"\s*:\s*\\")([^"\\]*)/g
const XML_ELEMENT = /<([\w:.-]{1,64})>([^<]*)/g
const EQUALS_SIGN = /={1,2}"?|%3D/gi
const LONGEST_NAME = 64
const NAME_CHARACTERS: ReadonlySet<number> = new Set(
  Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.%[]-', (character) =>
    character.charCodeAt(0),
  ),
)
const PAIR_VALUE = /[^&;,\s"'<>\\]*/y
const SCHEME_AND_CREDENTIAL =
  /\b((?:Bearer|Basic)(?:\s+|%20|\+))(?!realm=)(?=[\w.~+/-]*[\d=]|[\w.~+/-]{24})[\w.~+/=-]{6,}/gi
const USER_INFO = /(:\/\/)[^\s/?#@"'<>]{1,256}@/g
// JSON web tokens, 8x8's app keys, AWS access keys.
const RECOGNISED_SECRET = /\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}|\beght_[\w-]+|\b(?:AKIA|ASIA)[A-Z\d]{12,}/g
const EMAIL_ADDRESS = /[\w.+%-]{1,64}(?:@|%40)(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}/gi
const PHONE_URI = /\b((?:tel|sips?):)\+?\d[\d().-]{4,24}/gi
const PHONE_NUMBER = new RegExp(
  [
    // +44 20 7946 0958: a plus, then 7 to 15 digits (E.164) with what people put between them.
    String.raw`(?<![\w+])(?:\+|%2B)\d(?:[ \u00a0().-]{0,2}\d){6,14}(?!\d)`,
    // (408) 555-1234, 1-408-555-1234, 408.555.1234
    String.raw`(?<![\w.+-])(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w-]|\.\d)`,
    // 14085551234, but no number of JSON and no part of an id.
    String.raw`(?<![\w.+-]|:\s?)1[2-9]\d{2}[2-9]\d{6}(?![\w-]|\.\d)`,
  ].join('|'),
  'gi',
)

/** What a value is replaced with because of its name; undefined if it may stay. Quotes count as part of the value. */
function maskNamed(name: string, value: string): string | undefined {
  if (value === '' || value === '""') return undefined
  const key = plainName(name)
  if (SECRET_NAME.test(key) && !PAGING_NAME.test(key)) return SECRET
  if (PHONE_NAME.test(key) && isPhoneNumber(value)) return PHONE
  return MAYBE_PHONE_NAME.test(key) && isPhoneNumber(value) && !isTime(value) ? PHONE : undefined
}

/** Whether a name is one that can decide about its value. */
function isTelling(name: string): boolean {
  const key = plainName(name)
  return SECRET_NAME.test(key) || PHONE_NAME.test(key) || MAYBE_PHONE_NAME.test(key)
}

function plainName(name: string): string {
  return name.replace(/%[\da-f]{2}|[^a-z\d]/gi, '').toLowerCase()
}

function maskList(name: string, list: string): string | undefined {
  let changed = false
  const masked = list.replace(/"(?:[^"\\]|\\(?:.|$))*(?:"|$)|\d+/gs, (value) => {
    const kept = maskNamed(name, value)
    if (kept === undefined) return value
    changed = true
    return quoted(value, kept)
  })
  return changed ? masked : undefined
}

/** What stands for a JSON value is a JSON string, so that the body can still be laid out. */
function quoted(value: string, kept: string): string {
  return value.length > 1 && value.startsWith('"') && !value.endsWith('"') ? `"${kept}` : `"${kept}"`
}

const SECRET_NAME =
  /(?:token|secret|password|passwd|passphrase|apikey|appkey|accesskey|accesskeyid|secretkey|privatekey|proxykey|authorization|credential|signature|cookie|keypairid)s?$|^(?:sig|pwd|pass|auth|jwt|pin|otp)$/
// They tell where a page begins and open nothing.
const PAGING_NAME = /(?:page|next|previous|continuation|cursor|scroll|sync)tokens?$/
const PHONE_NAME =
  /(?:phone|telephone|mobile|msisdn|fax|caller|callee|calling|called|dialed|dialled|callback)(?:party)?(?:number|num|no)?s?$|callerid$|^(?:ani|dnis|cli|clid|did|tel|e164)$/
const MAYBE_PHONE_NAME =
  /^(?:from|to|number|address|recipient|sender)(?:es|s)?$|^(?:destination|origin|source|target|remote|external|outbound|inbound|forward|direct)(?:number)?s?$/

function isPhoneNumber(value: string): boolean {
  const plain = value.replace(/^"|"$/g, '').replace(/%2b/gi, '+').replace(/%20/g, ' ')
  if (!/^\+?[\d ().-]{7,24}$/.test(plain) || /^\d{4}-\d\d-\d\d/.test(plain)) return false
  const digits = plain.replace(/\D/g, '').length
  return digits >= 7 && digits <= 15
}

/** Seconds or milliseconds since 1970, or a date without separators. */
function isTime(value: string): boolean {
  return /^"?(?:1\d{9}|1\d{12}|20\d{6}|20\d{12})"?$/.test(value)
}
