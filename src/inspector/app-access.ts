import { type Family, isGranted, isOpenedBy, productHint, productNames } from '../api/families.js'
import type { AccessView } from './wire.js'

/**
 * What the app may call, a line for each family, and one for each product that opens none of them.
 *
 * @param products those of the token; empty while there is none
 */
export function accessOf(families: readonly Family[], products: readonly string[]): AccessView[] {
  const lines = families.map((family) => accessTo(family, products))
  for (const product of products) {
    // Every path of 8x8's is forwarded, and those of no family in the table get the token.
    if (families.some((family) => isOpenedBy(family, product))) continue
    lines.push({ title: 'Other paths', name: '', granted: 'yes', openedBy: product })
  }
  return lines
}

function accessTo(family: Family, products: readonly string[]): AccessView {
  const { title, name } = family
  const granted = isGranted(family, products)
  const found = products.filter((product) => isOpenedBy(family, product)).join(', ')
  // 8x8's own name of a product says more than the one in the token.
  const names = productNames(family)
  const openedBy = family.product === undefined ? found || names.join(', ') : names.at(-1)!
  if (granted === true) return { title, name, granted: 'yes', openedBy }
  if (granted === false) return { title, name, granted: 'no', openedBy, next: productHint(family) }
  return { title, name, granted: family.product === undefined ? 'decided' : 'unknown', openedBy }
}
