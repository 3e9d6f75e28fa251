/**
 * Picks the media type of the response: of those offered, the first with the highest quality
 * (RFC 9110, section 12.5.1).
 * @returns undefined when the caller accepts none, which is a 406.
 */
export function negotiate<T extends string>(
  accept: string | undefined,
  offered: readonly T[],
): T | undefined {
  const ranges = (accept?.trim() || '*/*').split(',').map(parseRange)
  let best: T | undefined
  let bestQuality = 0
  for (const type of offered) {
    const quality = qualityOf(type, ranges)
    if (quality > bestQuality) {
      best = type
      bestQuality = quality
    }
  }
  return best
}

interface Range {
  readonly type: string
  readonly quality: number
}

function parseRange(range: string): Range {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) }
}

/** The most specific range decides. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const wholeClass = `${type.slice(0, type.indexOf('/'))}/*`
  for (const wanted of [type, wholeClass, '*/*']) {
    const range = ranges.find((candidate) => candidate.type === wanted)
    if (range) return range.quality
  }
  return 0
}
