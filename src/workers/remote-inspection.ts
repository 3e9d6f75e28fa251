import { shuttingDown, type Viewer } from '../inspector/events.js'
import type { Inspection } from '../inspector/inspection.js'
import type { Channel } from './channel.js'
import type { PrimaryFunctions } from './messages.js'
import { valueOf } from './outcome.js'

/** The page's addresses in a worker: the connections are here, what they show is in the primary. */
export interface RemoteInspection extends Inspection {
  pageText(page: number, text: string): void
  pageEnd(page: number): void
}

export function createRemoteInspection(primary: Channel<PrimaryFunctions>): RemoteInspection {
  const pages = new Map<number, Viewer>()
  let opened = 0
  let closed = false

  return {
    async open(viewer) {
      if (closed) throw shuttingDown()
      const page = (opened += 1)
      const leave = (): void => {
        if (pages.delete(page)) primary.tell('closePage', page)
      }
      // Before the primary agrees: the first text may come with its answer.
      pages.set(page, viewer)
      try {
        valueOf(await primary.ask('openPage', page))
      } catch (error) {
        leave()
        throw error
      }
      return leave
    },

    find: (n) => primary.ask('findRequest', n),
    setCapture: (on) => primary.ask('setCapture', on),

    close() {
      closed = true
      for (const page of pages.values()) page.end()
    },

    pageText: (page, text) => pages.get(page)?.send(text),
    pageEnd: (page) => pages.get(page)?.end(),
  }
}
