import type { IncomingMessage, ServerResponse } from 'node:http'
import type { State } from '../data/state.js'
import { storedFile } from '../families/storage.js'
import { presignedFlaw } from '../files/presigned.js'
import { deliver } from './deliver.js'
import { splitTarget } from './gateway.js'
import type { SandboxResponse } from './handler.js'
import { text } from './responses.js'

/**
 * Responds as the origin of presigned downloads, which is S3 and not 8x8: the signature in the address is the credential, and
 * a second one in `Authorization` is refused.
 */
export async function servePresigned(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume()
  await deliver(response, download(state, request))
}

function download(state: State, { method, url = '/', headers }: IncomingMessage): SandboxResponse {
  if (headers.authorization !== undefined) {
    return failure(400, 'InvalidArgument', 'Only one auth mechanism allowed: the query or Authorization')
  }
  // What is signed is a GET.
  const flaw = method === 'GET' ? presignedFlaw(headers.host ?? '', url, state.date()) : 'changed'
  if (flaw === 'unsigned') return failure(403, 'AccessDenied', 'Access Denied')
  if (flaw === 'expired') return failure(403, 'AccessDenied', 'Request has expired')
  if (flaw === 'changed') {
    return failure(
      403,
      'SignatureDoesNotMatch',
      'The request signature does not match the signature provided',
    )
  }
  const name = decodeURIComponent(splitTarget(url).path.split('/').at(-1)!)
  const call = { memory: state.memory, dateMs: state.date() }
  return storedFile(call, name, headers.range) ?? failure(404, 'NoSuchKey', 'The key does not exist')
}

function failure(status: number, code: string, detail: string): SandboxResponse {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${detail}</Message></Error>`
  return text(xml, 'application/xml', status)
}
