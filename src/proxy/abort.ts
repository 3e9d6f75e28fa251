import type { ServerResponse } from 'node:http'

/** Ends a response so that its caller cannot take it for complete: in HTTP/1.0 a close is the end of the body, a reset is not. */
export function abort(response: ServerResponse): void {
  const { socket } = response
  // A Unix socket has no address, and knows no reset.
  if (response.req.httpVersionMinor === 0 && socket?.remoteAddress !== undefined) socket.resetAndDestroy()
  else response.destroy()
}
