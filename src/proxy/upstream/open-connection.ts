import type { Dispatcher } from 'undici'

/**
 * Opens a connection, with TLS and all, and sends nothing on it: undici leaves a connection open whose request is given up
 * by an exception before its first byte.
 *
 * @returns when it is open, or cannot be: the first request then says why
 */
export function openConnection(dispatcher: Dispatcher, origin: string): Promise<void> {
  return new Promise((resolve) => {
    dispatcher.dispatch(
      // With headers, a proxy agent adds the Host to them by which undici takes a connection for the right one.
      { origin, path: '/', method: 'GET', headers: [] },
      {
        onRequestStart() {
          throw new Error('only the connection was wanted')
        },
        onResponseError: () => resolve(),
      },
    )
  })
}
