import { FAMILIES, type Family } from '../api/families.js'
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
  const granted = FAMILIES.filter((family) => names.some((name) => opens(name, family)))
  const missing = FAMILIES.filter((family) => family.product !== undefined && !granted.includes(family))
  // 8x8 documents no product names for the others; only a call shows whether the key opens them.
  const unlisted = FAMILIES.filter(
    ({ product, credential }) => product === undefined && credential === 'api-key',
  )
  const lines = [
    `${products.length} granted`,
    ...names.map((name) => {
      const opened = granted.filter((family) => opens(name, family))
      const what = opened.length === 0 ? 'nothing that this program knows by name' : titles(opened)
      return `${clean(name)}: ${what}`
    }),
    ...(missing.length === 0 ? [] : [`Not granted: ${titles(missing)}`]),
    `Not listed in tokens, because they take the app key: ${titles(unlisted)}`,
  ]
  return passed(lines.join('\n'), granted)
}

/** Spelling differs between 8x8's token responses, guides and Admin Console in case, spaces and dashes. */
function opens(product: string, family: Family): boolean {
  const name = letters(product)
  return (
    MORE_PRODUCTS[name] === family.name || (family.product !== undefined && letters(family.product) === name)
  )
}

// One family, two products: "Recent calls" and "Post-call survey".
const MORE_PRODUCTS: Readonly<Record<string, string>> = {
  cercsproduct: 'customer-experience',
  cepcsproduct: 'customer-experience',
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

function titles(families: readonly Family[]): string {
  return families.map(({ title }) => title).join(', ')
}
