import { settingOf } from '../config/family-settings.js'
import type { Config } from '../config/config.js'
import type { Family } from '../api/families.js'
import { isProductRefusal } from '../proxy/product-refusal.js'

/** Returns what to do about a failed read, by what 8x8 and its gateways (Apigee, Kong) mean by the status. */
export function readAdvice(
  status: number,
  body: string,
  family: Family,
  { tenant, pbx, familiesWithKey }: Config,
): string {
  const product = `the product "${family.product ?? family.title}"`
  switch (true) {
    case status === 401 && isProductRefusal(Buffer.from(body), undefined):
      return `The token lists ${product}, but the gateway does not know it yet. Changes to an app take some minutes: wait, then run this again. If it stays so, untick ${product} in Admin Console > API Keys, save, and tick it again.`
    case status === 401 && family.credential === 'bearer':
      return 'The token is fresh and still rejected: X8_TOKEN_URL and X8_BASE_URL must belong to the same 8x8. Unset both for https://api.8x8.com.'
    case status === 401 && familiesWithKey.includes(family.name):
      return `8x8 rejected the key of ${settingOf('X8_APP_KEY', family.name)}. Check in Admin Console > API Keys that its app has ${product}.`
    case status === 401:
      return `8x8 rejected the app key here. Check in Admin Console > API Keys that this app has ${product}.`
    case status === 400 && /x-tenant-info/i.test(body):
      return tenant === undefined
        ? 'Your account has several tenants: set X8_TENANT to the id of the one that is meant.'
        : 'X8_TENANT is not a tenant of your account. Correct it, or unset it if you have only one.'
    case status === 400:
      return '8x8 rejected the parameters, but accepted the credential. If your own calls to this family work, this is harmless; tell the authors of this program.'
    case status === 403 && /tenant/i.test(body):
      return 'X8_TENANT is not a tenant of the customer that the app belongs to. Correct it.'
    case status === 403 && family.tenantHeader === 'pbx':
      return `The app may not read the PBX of X8_PBX${pbx === undefined ? '' : `, "${pbx}"`}. Check its name, and the rights of the app in Admin Console.`
    case status === 403:
      return `8x8 knows the app, but does not let it read this. Check in Admin Console > API Keys that the app has ${product} and may use it for this tenant.`
    case status === 404:
      return `${family.title} does not exist in any region. Check X8_BASE_URL, and with 8x8 whether your account has it and where.`
    case status === 429:
      return '8x8 wants fewer requests at the moment. Wait a minute, then run this again.'
    case status >= 500:
      return '8x8 has a problem of its own. Try again in some minutes, and see the status page of 8x8.'
    case status >= 300 && status < 400:
      return '8x8 does not redirect here: check X8_BASE_URL, and whether the network has a login page.'
    default:
      return '8x8 documents no such response. If your own calls to this family work, this is harmless.'
  }
}
