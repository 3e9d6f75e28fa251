import { createServer } from 'node:http'
import { Agent, type Dispatcher } from 'undici'

// The least that a proxy on Node can do: node:http, one header added, undici's dispatch, the response written as it
// comes. It checks nothing and survives nothing. Arguments: the port, the upstream.

const [port, upstream] = process.argv.slice(2)

const agent = new Agent({ connections: 256, pipelining: 1 })

createServer((request, response) => {
  const headers: string[] = ['Authorization', 'Bearer a-token-of-the-usual-length-for-8x8']
  const { rawHeaders } = request
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!/^(?:host|connection)$/i.test(rawHeaders[i]!)) headers.push(rawHeaders[i]!, rawHeaders[i + 1]!)
  }
  agent.dispatch(
    {
      origin: upstream!,
      path: request.url!,
      method: request.method as Dispatcher.HttpMethod,
      headers,
      body: request.method === 'GET' ? null : request,
    },
    {
      onConnect: () => undefined,
      onHeaders(status, rawResponseHeaders, resume) {
        response.on('drain', resume)
        const responseHeaders: string[] = []
        for (let i = 0; i < rawResponseHeaders.length; i += 2) {
          const name = rawResponseHeaders[i]!.toString('latin1')
          if (!/^(?:connection|transfer-encoding)$/i.test(name))
            responseHeaders.push(name, rawResponseHeaders[i + 1]!.toString('latin1'))
        }
        response.writeHead(status, responseHeaders)
        return true
      },
      onData: (chunk) => response.write(chunk),
      onComplete: () => void response.end(),
      onError: (error) => void response.destroy(error),
    },
  )
}).listen(Number(port), '127.0.0.1')
