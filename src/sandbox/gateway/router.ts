import type { Handler, Routes } from './handler.js'

/** A handler with the decoded parts of the path that it was found by. */
export interface Match {
  /** The key of the route. */
  readonly route: string
  readonly handler: Handler
  readonly params: Readonly<Record<string, string>>
}

/** Finds the handler of a method and a path, or the methods that the path allows. */
export type Find = (method: string, path: string) => Match | { readonly allowed: readonly string[] }

interface Route {
  readonly key: string
  readonly method: string
  readonly pattern: RegExp
  readonly handler: Handler
}

/**
 * Compiles a family's routes. Paths are compared case-sensitively and trailing slashes count, as in 8x8's
 * specifications. HEAD is served by the GET route.
 */
export function compileRoutes(routes: Routes): Find {
  const compiled = Object.entries(routes).map(([key, handler]) => compileRoute(key, handler))
  return (method, path) => {
    const wanted = method === 'HEAD' ? 'GET' : method
    const allowed: string[] = []
    for (const route of compiled) {
      const found = route.pattern.exec(path)
      if (!found) continue
      if (route.method === wanted) {
        return { route: route.key, handler: route.handler, params: decodeParts(found.groups) }
      }
      allowed.push(route.method)
    }
    return { allowed: [...new Set(allowed)] }
  }
}

/** Percent-decodes the named groups of a match; a broken escape stays as it came. */
export function decodeParts(groups: Readonly<Record<string, string | undefined>> = {}) {
  const parts: Record<string, string> = {}
  for (const [name, value] of Object.entries(groups)) {
    if (value !== undefined) parts[name] = decode(value)
  }
  return parts
}

function compileRoute(key: string, handler: Handler): Route {
  const [method = '', path = ''] = key.split(' ')
  const source = path.replaceAll('.', String.raw`\.`).replace(/:(\w+)/g, '(?<$1>[^/]+)')
  return { key, method, pattern: new RegExp(`^${source}$`), handler }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
