import type { ResponseSpec, HeaderField, QueryParameter } from './call.js'

type Example = QueryParameter['example']

/** A parameter that 8x8 demands. */
export function required(name: string, example: Example, description: string): QueryParameter {
  return { name, example, description, required: true, enabled: true }
}

/** One that may be left out, and that a first try is better off with. */
export function suggested(name: string, example: Example, description: string): QueryParameter {
  return { name, example, description, required: false, enabled: true }
}

/** One that is there to be ticked. */
export function optional(name: string, example: Example, description: string): QueryParameter {
  return { name, example, description, required: false, enabled: false }
}

/** Pages that are counted. */
export function paged(firstPage: 0 | 1, size: number, most: number): readonly QueryParameter[] {
  return [
    optional('page', firstPage, `The number of the page; the first is ${firstPage}.`),
    suggested('size', size, `Elements a page, at most ${most}.`),
  ]
}

export const JSON_TYPE = 'application/json'

export function json(status = 200, type = JSON_TYPE): ResponseSpec {
  return { status, type }
}

export function empty(status = 204): ResponseSpec {
  return { status }
}

export function accept(type: string): HeaderField {
  return { name: 'Accept', example: type, description: 'The form of the response.' }
}

/** 8x8's pages about storage and quality management ask for this header on requests without a body too. */
export const DECLARES_JSON: HeaderField = {
  name: 'Content-Type',
  example: JSON_TYPE,
  description: "8x8's documentation asks for it, even without a body.",
}
