import type { ResponseSpec, HeaderField, QueryParameter } from './call.js'

type Example = QueryParameter['example']

/** Makes a parameter that 8x8 requires. */
export function required(name: string, example: Example, description: string): QueryParameter {
  return { name, example, description, required: true, enabled: true }
}

/** Makes an optional parameter that Postman sends by default. */
export function suggested(name: string, example: Example, description: string): QueryParameter {
  return { name, example, description, required: false, enabled: true }
}

/** Makes an optional parameter that Postman sends only when it is ticked. */
export function optional(name: string, example: Example, description: string): QueryParameter {
  return { name, example, description, required: false, enabled: false }
}

/** Makes the parameters `page` and `size` of lists with numbered pages. */
export function paged(firstPage: 0 | 1, size: number, most: number): readonly QueryParameter[] {
  return [
    optional('page', firstPage, `The number of the page; the first is ${firstPage}.`),
    suggested('size', size, `Elements a page, at most ${most}.`),
  ]
}

export const JSON_TYPE = 'application/json'

/** Describes a response with a body, JSON by default. */
export function json(status = 200, type = JSON_TYPE): ResponseSpec {
  return { status, type }
}

/** Describes a response without a body. */
export function empty(status = 204): ResponseSpec {
  return { status }
}

/** Makes an `Accept` header that asks for one media type. */
export function accept(type: string): HeaderField {
  return { name: 'Accept', example: type, description: 'The media type of the response.' }
}

/** 8x8's pages about storage and quality management ask for this header on requests without a body too. */
export const DECLARES_JSON: HeaderField = {
  name: 'Content-Type',
  example: JSON_TYPE,
  description: "8x8's documentation asks for it, even without a body.",
}
