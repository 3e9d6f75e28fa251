import { createHmac, timingSafeEqual } from 'node:crypto'

/** How long an address is valid, in seconds: half an hour, as 8x8 says. */
const LIFETIME_SECONDS = 1800
const SECRET = 'sandbox'
const REGION = 'us-west-2'

/**
 * Returns an address outside 8x8's origin for the download of a stored object or zip, as S3 presigns them: valid for half an hour,
 * and only as it is.
 * @param origin the origin of the downloads, see `servePresigned`.
 */
export function presignedUrl(origin: string, region: string, name: string, dateMs: number): string {
  const time = new Date(dateMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const target = `/content/${region}/${encodeURIComponent(name)}`
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=SANDBOX%2F${time.slice(0, 8)}%2F${REGION}%2Fs3%2Faws4_request`,
    `X-Amz-Date=${time}`,
    `X-Amz-Expires=${LIFETIME_SECONDS}`,
    'X-Amz-SignedHeaders=host',
  ].join('&')
  const { host } = new URL(origin)
  return `${origin}${target}?${query}&X-Amz-Signature=${signature(host, target, query)}`
}

/** Why an address is not accepted: nobody signed it like this, or it is too old. */
export type PresignedFlaw = 'unsigned' | 'changed' | 'expired'

/** Checks the target of a request for a presigned address; undefined if it is valid. */
export function presignedFlaw(host: string, target: string, dateMs: number): PresignedFlaw | undefined {
  const [, path, query, given] = /^([^?]*)\?(.*)&X-Amz-Signature=([\da-f]{64})$/.exec(target) ?? []
  if (path === undefined || query === undefined || given === undefined) return 'unsigned'
  if (!timingSafeEqual(Buffer.from(given), Buffer.from(signature(host, path, query)))) return 'changed'
  const time = new URLSearchParams(query).get('X-Amz-Date') ?? ''
  const signedMs = Date.parse(time.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
  return dateMs < signedMs + LIFETIME_SECONDS * 1000 ? undefined : 'expired'
}

function signature(host: string, path: string, query: string): string {
  return createHmac('sha256', SECRET).update(['GET', host, path, query].join('\n')).digest('hex')
}
