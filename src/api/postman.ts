import { createHash } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import {
  type Body,
  type Call,
  type Catalogue,
  docsAddress,
  type Folder,
  placeholdersOf,
  sentValues,
} from './call.js'
import { scriptOf } from './postman-script.js'

/**
 * Renders the catalogue as a Postman collection of version 2.1.0 (https://schema.postman.com). It has no credentials: the
 * proxy adds them. Ids are stable, so that another import updates the first.
 * @param origin the proxy as the caller addressed it.
 */
export function postmanCollection({ folders, variables }: Catalogue, origin: string) {
  return {
    info: {
      _postman_id: idOf('collection'),
      name: '8x8 API through 8x8-auth-proxy',
      description:
        "8x8's documented calls. The proxy adds the credential, so there is none in here: press Send. Ids and regions " +
        "are the collection's variables; their defaults exist in the sandbox (`8x8-auth-proxy sandbox`), and lists and " +
        'creations fill in what they return. **Run the whole collection against the sandbox only**: it also creates, ' +
        'sends and deletes.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'noauth' },
    variable: [
      { key: 'baseUrl', value: origin, description: 'The proxy.' },
      ...Object.entries(variables).map(([key, variable]) => ({ key, ...variable })),
    ],
    item: folders.map((folder) => ({
      id: idOf(`family/${folder.family.name}`),
      name: folder.family.title,
      description: `${folder.description}\n\n${credentialNote(folder)}`,
      item: folder.calls.map((call) => itemOf(call, folder)),
    })),
  }

  function itemOf(call: Call, folder: Folder) {
    const script = scriptOf(call)
    const request = {
      method: call.method,
      description: requestNote(call),
      url: urlOf(call, folder),
      header: headersOf(call, folder),
      ...(call.body === undefined ? {} : { body: bodyOf(call.body) }),
    }
    return {
      id: idOf(`call/${call.id}`),
      name: call.title,
      ...(script.length === 0
        ? {}
        : { event: [{ listen: 'test', script: { type: 'text/javascript', exec: script } }] }),
      // A redirect is a response too: following it would leave the proxy.
      ...(call.response.status < 300 ? {} : { protocolProfileBehavior: { followRedirects: false } }),
      request,
      response: savedResponses(call, request),
    }
  }

  function urlOf({ path, query = [] }: Call, { regions }: Folder) {
    const host = regions === undefined ? '{{baseUrl}}' : '{{baseUrl}}{{analyticsRegion}}'
    const segments = path.slice(1).replace(/\{(\w+)\}/g, ':$1')
    const fields = query.flatMap((parameter) =>
      sentValues(parameter).map((value) => {
        const { name, description, enabled } = parameter
        return { key: name, value, description, ...(enabled ? {} : { disabled: true }) }
      }),
    )
    const sent = fields.filter((field) => !('disabled' in field)).map(({ key, value }) => `${key}=${value}`)
    return {
      raw: `${host}/${segments}${sent.length === 0 ? '' : `?${sent.join('&')}`}`,
      host: [host],
      path: segments.split('/'),
      query: fields,
      variable: placeholdersOf(path).map((key) => {
        return { key, value: `{{${key}}}`, description: variables[key]?.description }
      }),
    }
  }
}

/** The documented responses, as Postman keeps them beside a request. */
function savedResponses({ id, response, errors = [] }: Call, originalRequest: object) {
  return [response, ...errors]
    .filter(({ shape }) => shape !== undefined)
    .map(({ status, type, shape }) => {
      return {
        id: idOf(`response/${id}/${status}`),
        name: `${status} ${STATUS_CODES[status]}`,
        originalRequest,
        status: STATUS_CODES[status],
        code: status,
        header: [{ key: 'Content-Type', value: type }],
        body: JSON.stringify(shape?.example, undefined, 2),
      }
    })
}

function headersOf({ headers = [], body }: Call, { family }: Folder) {
  const { tenantHeader } = family
  return [
    ...headers.map(({ name, example, description }) => ({ key: name, value: example, description })),
    ...(body === undefined || 'parts' in body ? [] : [{ key: 'Content-Type', value: body.type }]),
    ...(tenantHeader === undefined
      ? []
      : [
          {
            key: tenantHeader,
            value: tenantHeader === 'pbx' ? '{{pbxName}}' : '{{tenantId}}',
            description: `The proxy sends ${tenantHeader === 'pbx' ? 'X8_PBX' : 'X8_TENANT'} if this is not ticked.`,
            disabled: true,
          },
        ]),
  ]
}

function bodyOf(body: Body) {
  if ('parts' in body) {
    const formdata = body.parts.map(({ name, example, description, fileType }) => {
      const type = fileType === undefined ? {} : { contentType: fileType }
      return { key: name, value: example, type: 'text', description, ...type }
    })
    return { mode: 'formdata', formdata }
  }
  if (typeof body.example === 'string') return { mode: 'raw', raw: body.example }
  const raw = JSON.stringify(body.example, undefined, 2)
  return { mode: 'raw', raw, options: { raw: { language: 'json' } } }
}

function requestNote(call: Call): string {
  const docs = docsAddress(call)
  const { status, type } = call.response
  return [
    call.description,
    call.deviates,
    call.deprecated ? '8x8 advises against it or has taken it out of its documentation.' : undefined,
    `8x8 documents ${status}${type === undefined ? '' : `, ${type}`}.`,
    docs === undefined ? undefined : `[8x8's documentation](${docs})`,
  ]
    .filter((line) => line !== undefined)
    .join('\n\n')
}

function credentialNote({ family: { credential, product } }: Folder): string {
  const added = {
    bearer: '`Authorization: Bearer` with its shared token',
    'api-key': "`x-api-key` with the app's key",
    work: "`8x8-apikey` with the app's key and, with `X8_WORK_*`, its own login",
    'customer-experience': "`8x8-apikey` with the app's key; the header `token` is yours",
  }[credential]
  const name = product === undefined ? '' : ` Name of the product in the token's list: \`${product}\`.`
  return `The proxy adds ${added}.${name}`
}

/** A UUID (RFC 9562, version 8) that is always the same for the same name. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(`8x8-auth-proxy/${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
