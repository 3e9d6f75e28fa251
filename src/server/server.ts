import { METHODS, type IncomingMessage, type ServerResponse } from 'node:http'
import Fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { rejectUnparsed, rejectConnect } from './client-error.js'
import { ProxyError } from '../http/errors.js'
import { MAX_HEADER_BYTES } from '../http/raw-headers.js'
import { followPipeline } from './pipeline.js'
import { sendProblem } from './send-problem.js'
import { requestId } from '../telemetry/request-log.js'
import { routePath } from '../http/target.js'

/** Called for every request, before anything else happens with it. */
export type Follow = (request: FastifyRequest, reply: FastifyReply) => void

/** Fastify as a proxy needs it: it routes, and leaves targets, bodies, logs and errors alone. */
export function createServer(log: Logger, follow: Follow): FastifyInstance {
  const start: Follow = (request, reply) => {
    request.log = reply.log = log
    follow(request, reply)
  }
  const fastify = Fastify({
    // One line a request is written when it is over; Fastify's own four cost a third of the time, and with a logger that
    // says nothing it still listens for the end of each response. What else it has to say of a request goes into `log`.
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    requestIdHeader: false,
    // The router sees the path alone; what is sent is `originalUrl`, byte for byte.
    rewriteUrl: (request) => routePath(request.url ?? '/'),
    routerOptions: { caseSensitive: true, maxParamLength: 65536 },
    frameworkErrors: (error, request, reply) => {
      // The router gave up before the hooks ran. This is what they would have said.
      start(request, reply)
      sendProblem(request, reply, asProxyError(error, log))
    },
    clientErrorHandler: (error, socket) => rejectUnparsed(error, socket, log),
    // An upload may take as long as it takes: silence is what is timed, by the parts that read.
    requestTimeout: 0,
    return503OnClosing: false,
    // The door counts Host headers itself, so that a missing one gets a reason.
    // NODE_OPTIONS of whoever starts it decide neither what HTTP is nor how much of it is taken.
    http: { requireHostHeader: false, insecureHTTPParser: false, maxHeaderSize: MAX_HEADER_BYTES },
  }) as unknown as FastifyInstance
  fastify.addHook('onRequest', (request, reply, done) => {
    start(request, reply)
    done()
  })
  // To a proxy no method has a body that must be parsed, and every method may have one.
  fastify.removeAllContentTypeParsers()
  for (const method of METHODS) fastify.addHttpMethod(method, { hasBody: false, overrideExisting: true })

  // Node silently drops what comes after 2,000 headers. Their size is what is limited, to 16 KiB in all.
  fastify.server.maxHeadersCount = 0
  for (const event of ['request', 'checkContinue', 'checkExpectation']) {
    fastify.server.prependListener(event, followPipeline)
  }
  const route = (request: IncomingMessage, response: ServerResponse) => fastify.routing(request, response)
  // "100 Continue" is sent when the door has let the request in; other expectations are ignored.
  fastify.server.on('checkContinue', route).on('checkExpectation', route)
  fastify.server.on('connect', (request: IncomingMessage, socket) => rejectConnect(request, socket, log))

  fastify.setErrorHandler<Error>((error, request, reply) =>
    sendProblem(request, reply, asProxyError(error, log)),
  )
  fastify.setNotFoundHandler(() => {
    throw new ProxyError('not-found', 'The method is not one that is forwarded.')
  })
  return fastify
}

function asProxyError(error: Error, log: Logger): ProxyError {
  if (error instanceof ProxyError) return error
  // http-proxy and the router reject malformed targets with a 400.
  if ('statusCode' in error && error.statusCode === 400) {
    return new ProxyError('bad-target', 'The path is malformed. Check its percent-encoding.', {
      cause: error,
    })
  }
  log.error({ err: error }, 'unexpected error')
  return new ProxyError('internal', 'Internal error in the proxy. Its log says more.', { cause: error })
}
