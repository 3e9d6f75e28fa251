import { seededHex } from '../data/seeded.js'

/** Returns a made-up presigned download address; like the real ones it is not on 8x8's origin. */
export function presignedUrl(region: string, name: string): string {
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    'X-Amz-Credential=SANDBOX%2F20260105%2Fus-west-2%2Fs3%2Faws4_request',
    'X-Amz-Date=20260105T000000Z',
    'X-Amz-Expires=1800',
    'X-Amz-SignedHeaders=host',
    `X-Amz-Signature=${seededHex(`signature ${name}`, 64)}`,
  ]
  const host = 'https://cloud-storage-service.s3.us-west-2.amazonaws.com'
  return `${host}/content/${region}/${encodeURIComponent(name)}?${query.join('&')}`
}
