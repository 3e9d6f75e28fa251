import type { Dispatcher } from 'undici'
import type { CurrentConnection, TrackedDispatchOptions } from './connection.js'

/**
 * Opens a connection, with TLS and all, and sends nothing on it: undici leaves a connection open whose request is given up
 * by an exception before its first byte.
 *
 * @returns when it is open, or cannot be: the first request then says why
 */
export function warm(dispatcher: Dispatcher, origin: string): Promise<void> {
  return new Promise((resolve) => {
    let current: CurrentConnection | undefined
    const request: TrackedDispatchOptions = {
      origin,
      path: '/',
      method: 'GET',
      onConnection: (connection) => (current = connection),
    }
    dispatcher.dispatch(request, {
      onRequestStart() {
        const connection = current?.()
        // It may die while it is idle, as one that has carried a request.
        if (connection !== undefined) connection.requests += 1
        throw new Error('only the connection was wanted')
      },
      onResponseError: () => resolve(),
    })
  })
}
