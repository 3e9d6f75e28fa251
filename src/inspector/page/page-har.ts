import { byId, el } from './page-dom.js'

/** Downloads the requests that the list shows now as an HTTP Archive, which the proxy makes. */
export function exportShown(): void {
  const numbers = Array.from(byId('requests').querySelectorAll('tbody tr'), (row) =>
    row.getAttribute('data-n'),
  )
  const link = el('a', { href: `requests.har?n=${numbers.join()}`, download: '' })
  link.click()
}
