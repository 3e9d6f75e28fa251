import type { FastifyInstance, FastifyRequest } from 'fastify'
import { FAMILIES } from '../api/families.js'

export interface CatalogueOptions {
  readonly version: string
}

/**
 * `/-/postman.json` and `/-/openapi.json`: 8x8's documented calls for the tools that people have. They are
 * loaded when a client first asks for them.
 */
export async function catalogue(app: FastifyInstance, { version }: CatalogueOptions): Promise<void> {
  app.get('/-/postman.json', (request) => collection(originOf(request)))
  app.get('/-/openapi.json', (request) => document(originOf(request), version))
}

async function collection(origin: string) {
  const { postmanCollection } = await import('../api/postman.js')
  return postmanCollection(await loadCatalogue(), origin)
}

async function document(origin: string, version: string) {
  const { openApiDocument } = await import('../api/openapi.js')
  return openApiDocument(await loadCatalogue(), origin, version)
}

async function loadCatalogue() {
  const { catalogueOf } = await import('../api/catalogue.js')
  return catalogueOf(FAMILIES)
}

/** The proxy as the caller addressed it. */
function originOf({ exchange }: FastifyRequest): string {
  return `http://${exchange.admission!.host}`
}
