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

async function* pages(): AsyncGenerator<StoredPage> {
  for (let pageKey = 0; ;) {
    const response = await fetch(`${base}/storage/us-west/v3/objects?limit=100&pageKey=${pageKey}`)
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
    const page = (await response.json()) as StoredPage
    yield page
    if (page.lastPage) return
    pageKey = page.pageKey
  }
}

console.log('id;type;createdTime;objectName')
for await (const { content, pageSize } of pages()) {
  if (content.length !== pageSize) throw new Error('pageSize is not the number of objects')
  for (const { id, type, createdTime, objectName } of content)
    console.log([id, type, createdTime, objectName].join(';'))
}
