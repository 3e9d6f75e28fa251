/**
 * A program as its users write it: lists all that is stored, a hundred a page, as CSV. `node stored-objects.js <base address>`
 */
const [base = ''] = process.argv.slice(2)

interface StoredPage {
  readonly lastPage: boolean
  readonly pageKey: number
  readonly pageSize: number
  readonly content: readonly { id: string; type: string; createdTime: string; objectName: string }[]
}

console.log('id;type;createdTime;objectName')
let page: StoredPage | undefined
do {
  const response = await fetch(`${base}/storage/us-west/v3/objects?limit=100&pageKey=${page?.pageKey ?? 0}`)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  page = (await response.json()) as StoredPage
  const { content, pageSize } = page
  if (content.length !== pageSize) throw new Error('pageSize is not the number of objects')
  for (const { id, type, createdTime, objectName } of content)
    console.log([id, type, createdTime, objectName].join(';'))
} while (!page.lastPage)
