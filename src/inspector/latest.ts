/** Keeps the last so many of what comes. */
export interface Latest<Item> {
  readonly size: number
  /** @returns the oldest one, if it had to go */
  add(item: Item): Item | undefined
  /** Hands over all, oldest first, and keeps none. */
  takeAll(): Item[]
}

export function createLatest<Item>(most: number): Latest<Item> {
  let items: Item[] = []
  // Where the oldest is, once all places are taken.
  let oldest = 0
  return {
    get size() {
      return items.length
    },
    add(item) {
      if (items.length < most) {
        items.push(item)
        return undefined
      }
      const gone = items[oldest]
      items[oldest] = item
      oldest = (oldest + 1) % most
      return gone
    },
    takeAll() {
      const all = items.slice(oldest).concat(items.slice(0, oldest))
      items = []
      oldest = 0
      return all
    },
  }
}
