import type { IncomingMessage, ServerResponse } from 'node:http'
import { message, text } from './responses.js'
import { handleControl, isControlPath } from './control.js'
import { deliver } from './deliver.js'
import type { SandboxResponse } from './handler.js'
import { parseFaultHeader, type Fault, type FaultSpec } from '../faults/fault-spec.js'
import { handleApiRequest, splitTarget } from './gateway.js'
import { gatewayFault } from '../faults/gateway-faults.js'
import { receiveBody, type ReceivedBody } from './receive-body.js'
import type { ReceivedRequest } from './received-requests.js'
import type { State } from '../data/state.js'
import { handleTokenRequest, oauthError, tokenPath } from './token-endpoint.js'
import { handleWorkTokenRequest, workTokenPath } from './work-token-endpoint.js'

/** Reads one request to its end and responds: as control address, token endpoint, or one of the APIs. */
export async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { path } = splitTarget(request.url ?? '/')
  if (isControlPath(path)) {
    const body = await receiveBody(request)
    return body && deliver(response, handleControl(request, body, state))
  }
  if (path === tokenPath || path === workTokenPath) return serveToken(state, request, response, path)
  return serveApi(state, request, response, path)
}

async function serveToken(state: State, request: IncomingMessage, response: ServerResponse, path: string) {
  if (request.method === 'POST' && path === tokenPath) state.tokenRequests++
  if (request.method === 'POST' && path === workTokenPath) state.workTokenRequests++
  const body = await receiveBody(request)
  if (!body) return
  const fault = state.tokenFaults.take(path) ?? {}
  await deliver(response, tokenFaultResponse(fault) ?? tokenResponse(state, request, path, body), fault)
}

async function serveApi(state: State, request: IncomingMessage, raw: ServerResponse, path: string) {
  const record = recordOf(request)
  state.requests.add(record)
  const body = await receiveBody(request)
  if (!body) return
  record.bodyBytes = body.length
  record.bodySha256 = body.sha256

  const spec = faultOf(state, request, path)
  const fault = 'fault' in spec ? spec.fault : {}
  const context = {
    account: state.account,
    origin: state.origin,
    downloads: state.downloads,
    limits: state.limits,
    nowMs: state.now(),
    dateMs: state.date(),
    memory: state.memory,
    observe: state.observe,
  }
  const response =
    'error' in spec
      ? message(400, `X-Sandbox-Fault: ${spec.error}`)
      : (faultResponse(fault) ?? handleApiRequest(request, body, context))
  await deliver(raw, response, fault, () => (record.status = response.status))
}

function tokenResponse(
  state: State,
  request: IncomingMessage,
  path: string,
  body: ReceivedBody,
): SandboxResponse {
  const { method = 'GET', headers } = request
  if (path === tokenPath) return handleTokenRequest(state.account, method, headers.authorization, body)
  return handleWorkTokenRequest(state.account, method, headers['8x8-apikey']?.toString(), body)
}

function faultOf(state: State, request: IncomingMessage, path: string): FaultSpec {
  const header = request.headers['x-sandbox-fault']
  if (header !== undefined) return parseFaultHeader(header.toString())
  return { fault: state.faults.take(path) ?? {} }
}

function faultResponse(fault: Fault): SandboxResponse | undefined {
  if (fault.body !== undefined) return brokenBody(fault.body, fault.status ?? 200)
  if (fault.status === undefined) return undefined
  return gatewayFault(fault.status, fault.kind, fault.retryAfterSeconds)
}

/** Client errors of the token endpoint have their own format; all other faults are the gateway's. */
function tokenFaultResponse(fault: Fault): SandboxResponse | undefined {
  if (fault.body === undefined && fault.status === 400) {
    return oauthError(400, 'invalid_request', 'Unsupported grant type : sandbox')
  }
  if (fault.body === undefined && fault.status === 401) {
    return oauthError(401, 'invalid_client', 'Client credentials are invalid')
  }
  return faultResponse(fault)
}

function brokenBody(body: 'html' | 'garbage', status: number): SandboxResponse {
  if (body === 'garbage') return text('{"access_token": "unfinis', 'application/json', status)
  return text('<!DOCTYPE html><title>Sign in</title><h1>Sign in to the network</h1>', 'text/html', status)
}

function recordOf({ method = '', url = '', rawHeaders }: IncomingMessage): ReceivedRequest {
  return { method, target: url, rawHeaders, bodyBytes: 0, bodySha256: '', status: 0 }
}
