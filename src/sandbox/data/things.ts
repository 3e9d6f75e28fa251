import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import type { Memory } from './memory.js'

/** Something with an id that requests create, change and delete. */
export type Thing = Readonly<Record<string, unknown>> & { readonly id: string }

/** A remembered table of things by id. */
export type Things<T extends { readonly id: string } = Thing> = (memory: Memory) => Map<string, T>

/** Stores a thing, replacing one that has the same id. @returns the thing. */
export function save<T extends { readonly id: string }>(things: Things<T>, memory: Memory, thing: T): T {
  things(memory).set(thing.id, thing)
  return thing
}

/** Returns all things, in the order of their creation. */
export function allOf<T extends { readonly id: string }>(things: Things<T>, memory: Memory): readonly T[] {
  return [...things(memory).values()]
}

interface Shelf<T, Sent> {
  readonly things: Things<T & { readonly id: string }>
  /** The part of the path that has the id. */
  readonly parameter: string
  /** Makes a thing of what was sent; `before` is what it replaces. */
  readonly make: (id: string, sent: Sent, before?: T) => T & { readonly id: string }
  readonly newId: (memory: Memory) => string
  readonly missing: (call: SandboxCall, id: string) => SandboxResponse
}

/** Makes the behaviours of described calls that create, read, replace and delete one kind of thing. */
export function shelf<T extends { readonly id: string }, Sent>({
  things,
  parameter,
  ...rest
}: Shelf<T, Sent>) {
  type Change = SandboxCall & { readonly sent: Sent }
  /** Does something with the thing that the path names. */
  const one =
    <C extends SandboxCall, R>(what: (found: T, call: C) => R) =>
    (call: C) => {
      const id = call.params[parameter] ?? ''
      const found = things(call.memory).get(id)
      return found === undefined ? rest.missing(call, id) : what(found, call)
    }
  return {
    all: ({ memory }: SandboxCall) => allOf(things, memory),
    one,
    create: ({ sent, memory }: Change) => save(things, memory, rest.make(rest.newId(memory), sent)),
    read: one((found: T) => found),
    replace: one((found: T, { sent, memory }: Change) => {
      return save(things, memory, rest.make(found.id, sent, found))
    }),
    remove: one(({ id }: T, { memory }: SandboxCall) => {
      things(memory).delete(id)
      return undefined
    }),
  }
}
