import type { ServerResponse } from 'node:http'
import type { Viewer } from './events.js'

// A page that does not read is sent away; it comes back and gets a snapshot.
const MOST_UNREAD_BYTES = 2 * 1024 * 1024

/** A page's connection as a viewer. The response begins with the first text, so that until then an error can be sent. */
export function openStream(response: ServerResponse, headers: Readonly<Record<string, string>>): Viewer {
  return {
    send(text) {
      if (!response.headersSent) {
        response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream; charset=utf-8' })
      }
      response.write(text)
      if (response.writableLength > MOST_UNREAD_BYTES) response.destroy()
    },
    end: () => void response.end(),
  }
}
