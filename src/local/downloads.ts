import type { FastifyInstance, FastifyRequest } from 'fastify'
import { FAMILIES } from '../api/families.js'
import { ProxyError } from '../http/errors.js'

export interface CatalogueOptions {
  readonly version: string
  /** Whether callers must present X8_PROXY_KEY. */
  readonly requiresProxyKey: boolean
}

/**
 * `/-/postman.json`, `/-/openapi.json` and `/-/calls`: 8x8's documented calls for the tools that people have, and for who
 * looks for one. They are loaded when a client first asks for them.
 */
export async function catalogue(app: FastifyInstance, options: CatalogueOptions): Promise<void> {
  const { version, requiresProxyKey } = options
  app.get('/-/postman.json', (request) => collection(originOf(request)))
  app.get('/-/openapi.json', (request) => document(originOf(request), version))
  app.get('/-/calls', (request) => search(request, requiresProxyKey))
}

async function collection(origin: string) {
  const { postmanCollection } = await import('../api/postman.js')
  return postmanCollection(await loadCatalogue(), origin)
}

async function document(origin: string, version: string) {
  const { openApiDocument } = await import('../api/openapi.js')
  return openApiDocument(await loadCatalogue(), origin, version)
}

async function search(request: FastifyRequest, requiresKey: boolean) {
  const { findCalls, nearestFamily } = await import('../api/find-calls.js')
  const query = new URLSearchParams(request.originalUrl.split('?')[1])
  const words = query.get('q')?.trim() ?? ''
  const family = query.get('family')?.trim() || undefined
  const names = FAMILIES.map(({ name }) => name)
  if (family !== undefined && !names.includes(family)) {
    const nearest = nearestFamily(FAMILIES, family.slice(0, 40))
    throw new ProxyError(
      'not-found',
      `There is no such family; the nearest is ${nearest}. There are ${names.join(', ')}.`,
    )
  }
  const all = await loadCatalogue()
  if (words === '' && family === undefined) {
    const total = all.folders.reduce((sum, { calls }) => sum + calls.length, 0)
    return { total, calls: [], usage: '/-/calls?q=recordings&family=storage', families: names }
  }
  return findCalls(all, words.slice(0, 200), family, {
    origin: originOf(request),
    requiresKey,
  })
}

async function loadCatalogue() {
  const { catalogueOf } = await import('../api/catalogue.js')
  return catalogueOf(FAMILIES)
}

/** The proxy as the caller addressed it. */
function originOf({ exchange }: FastifyRequest): string {
  return `http://${exchange.admission!.host}`
}
