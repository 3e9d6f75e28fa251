/** Changes a body on its way: pieces in, pieces out, and what it kept back at the end. */
export interface BodyTransform {
  /** @returns what can be passed on by now, perhaps nothing */
  write(chunk: Buffer): Buffer
  /** The body has ended. @returns what was kept back */
  end(): Buffer
}

/**
 * Makes links in JSON lead back to the proxy: a string that begins with 8x8's origin begins with the proxy's, however its
 * slashes are escaped. Every other byte stays, and a piece may end anywhere.
 *
 * The text is searched, not parsed. In JSON no quote that opens a string follows a backslash, and nothing that follows
 * a closing quote looks like a link; so a quote, no backslash before it, and the origin behind it are enough to know.
 * No more is kept back than may still become such a beginning: a hundred bytes or so.
 *
 * @param upstreamOrigin such as `https://api.8x8.com`
 * @param proxyOrigin such as `http://localhost:8808`: nothing in it needs an escape in JSON
 */
export function createBodyLinks(upstreamOrigin: string, proxyOrigin: string): BodyTransform {
  const [scheme, host] = partsOf(upstreamOrigin)
  const [proxyScheme, proxyHost] = partsOf(proxyOrigin).map((part) => Buffer.from(part)) as [Buffer, Buffer]
  const opening = Buffer.from(scheme)
  const beginning = [oneOf(scheme), SLASH, SLASH]
  // Some servers name the default port. An origin with a port of its own has it in its host.
  const defaultPort = scheme === '"https:' ? ':443' : ':80'
  const authority = [oneOf(host), /:\d+$/.test(host) ? oneOf('') : oneOf(defaultPort, '')]

  let kept: Buffer = NOTHING
  /** The byte before those that are kept back. */
  let last = 0

  /** Adds the link that begins at `at` to `pieces`, as it is to be. @returns where the rest goes on, `NO` or `UNKNOWN` */
  function readLink(data: Buffer, at: number, pieces: Buffer[]): number {
    const hostAt = follow(data, at, beginning)
    if (hostAt < 0) return hostAt
    const end = follow(data, hostAt, authority)
    if (end < 0) return end
    const isWhole = follow(data, end, END)
    if (isWhole < 0) return isWhole
    pieces.push(proxyScheme, data.subarray(at + opening.length, hostAt), proxyHost)
    return end
  }

  return {
    write(chunk) {
      const data = kept.length === 0 ? chunk : Buffer.concat([kept, chunk])
      const isEscaped = (at: number) => (at === 0 ? last : data[at - 1]) === BACKSLASH
      const pieces: Buffer[] = []
      let passed = 0
      let keptFrom = data.length
      for (let at = data.indexOf(opening); at !== -1; at = data.indexOf(opening, at + 1)) {
        if (isEscaped(at)) continue
        const link: Buffer[] = []
        const end = readLink(data, at, link)
        if (end === UNKNOWN) {
          keptFrom = at
          break
        }
        if (end === NO) continue
        pieces.push(data.subarray(passed, at), ...link)
        passed = end
      }
      if (keptFrom === data.length) keptFrom = openingAtEnd(data, passed, isEscaped)
      if (keptFrom > 0) last = data[keptFrom - 1]!
      // A copy: a slice would hold the whole chunk.
      kept = keptFrom === data.length ? NOTHING : Buffer.from(data.subarray(keptFrom))
      const rest = data.subarray(passed, keptFrom)
      return pieces.length === 0 ? rest : Buffer.concat([...pieces, rest])
    },

    end() {
      const rest = kept
      kept = NOTHING
      return rest
    },
  }

  /** Where the first few bytes of an opening stand at the end; the end if there are none. */
  function openingAtEnd(data: Buffer, from: number, isEscaped: (at: number) => boolean): number {
    const tailAt = Math.max(from, data.length - opening.length + 1)
    const quote = data.subarray(tailAt).lastIndexOf(QUOTE)
    if (quote === -1) return data.length
    const at = tailAt + quote
    return !isEscaped(at) && follow(data, at, beginning) === UNKNOWN ? at : data.length
  }
}

/** The text is another one. */
const NO = -1
/** The text may still become the one that is looked for. */
const UNKNOWN = -2

const NOTHING = Buffer.alloc(0)
const QUOTE = 0x22
const BACKSLASH = 0x5c

const SLASHES = ['/', '\\/', '\\u002f', '\\u002F']
const SLASH = oneOf(...SLASHES)
/** What ends a host: else `https://api.8x8.com.evil.example` would begin with 8x8's origin. */
const END = [oneOf('"', ...SLASHES, '?', '\\u003f', '\\u003F', '#', '\\u0023')]

/** The spellings of one part of a text. */
type Spellings = readonly Buffer[]

function oneOf(...spellings: string[]): Spellings {
  return spellings.map((spelling) => Buffer.from(spelling))
}

/** Reads the parts of a text one after the other. @returns where they end, `NO` or `UNKNOWN` */
function follow(data: Buffer, from: number, parts: readonly Spellings[]): number {
  let at = from
  for (const spellings of parts) {
    const length = lengthOf(data, at, spellings)
    if (length < 0) return length
    at += length
  }
  return at
}

function lengthOf(data: Buffer, at: number, spellings: Spellings): number {
  for (const spelling of spellings) {
    // Byte by byte: with `Buffer.compare` a body full of links to elsewhere takes four times as long.
    let length = 0
    while (length < spelling.length && data[at + length] === spelling[length]) length += 1
    if (length === spelling.length) return length
    if (at + length === data.length) return UNKNOWN
  }
  return NO
}

/** An origin as it begins a string, up to its slashes, and its host. */
function partsOf(origin: string): [scheme: string, host: string] {
  const end = origin.indexOf('//')
  return [`"${origin.slice(0, end)}`, origin.slice(end + 2)]
}
