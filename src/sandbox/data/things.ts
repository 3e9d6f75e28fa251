import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import type { Memory } from './memory.js'

/** Something with an id that requests create, change and delete. */
export type Thing = Readonly<Record<string, unknown>> & { readonly id: string }

/** A remembered table of things by id. */
export type Things<T extends { readonly id: string } = Thing> = (memory: Memory) => Map<string, T>

/** Makes a handler that looks up the thing that the path's `:id` names; `missing` renders the 404. */
export function byId<T extends { readonly id: string }>(
  things: Things<T>,
  response: (found: T, call: SandboxCall) => SandboxResponse,
  missing: (id: string, call: SandboxCall) => SandboxResponse,
): Handler {
  return (call) => {
    const id = call.params['id'] ?? ''
    const found = things(call.memory).get(id)
    return found === undefined ? missing(id, call) : response(found, call)
  }
}

/** Stores a thing, replacing one that has the same id. @returns the thing. */
export function save<T extends { readonly id: string }>(things: Things<T>, memory: Memory, thing: T): T {
  things(memory).set(thing.id, thing)
  return thing
}

/** Returns all things, in the order of their creation. */
export function allOf<T extends { readonly id: string }>(things: Things<T>, memory: Memory): readonly T[] {
  return [...things(memory).values()]
}
