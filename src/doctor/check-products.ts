import { FAMILIES, type Family, isOpenedBy } from '../api/families.js'
import type { Clean } from './foreign-text.js'
import { failed, type Outcome, passed } from './outcome.js'

const SHOWN_PRODUCTS = 40

/** Checks that the app has API products, and lists them with the families that each opens. The families are the value. */
export function checkProducts(products: readonly string[], clean: Clean): Outcome<readonly Family[]> {
  if (products.length === 0) {
    return failed(
      'the token opens nothing: the app has no API products',
      'In 8x8 Admin Console > API Keys > your app tick the API products that you need (Call Recording & Storage, VCC Chat API, Chat Gateway, ...) and save. It takes some minutes until tokens have them.',
    )
  }
  const names = products.slice(0, SHOWN_PRODUCTS)
  const granted = FAMILIES.filter((family) => names.some((name) => isOpenedBy(family, name)))
  const missing = FAMILIES.filter((family) => family.product !== undefined && !granted.includes(family))
  // 8x8 documents no product names for the others; only a call shows whether the key opens them.
  const unlisted = FAMILIES.filter(
    (family) => family.product === undefined && family.credential === 'api-key' && !granted.includes(family),
  )
  const lines = [
    `${products.length} granted`,
    ...names.map((name) => {
      const opened = granted.filter((family) => isOpenedBy(family, name))
      const what = opened.length === 0 ? 'nothing that this program knows by name' : titles(opened)
      return `${clean(name)}: ${what}`
    }),
    ...(missing.length === 0 ? [] : [`Not granted: ${titles(missing)}`]),
    `Not listed in tokens, because they take the app key: ${titles(unlisted)}`,
  ]
  return passed(lines.join('\n'), granted)
}

function titles(families: readonly Family[]): string {
  return families.map(({ title }) => title).join(', ')
}
