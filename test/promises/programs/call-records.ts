/**
 * A program as its users write it: reads the Work call records of yesterday and today, page by page, until 8x8 says "No Data".
 * `node call-records.js <base address>`
 */
const [base = ''] = process.argv.slice(2)

const login = await fetch(`${base}/analytics/work/v1/oauth/token`, {
  method: 'POST',
  headers: { '8x8-apikey': 'my-key', 'Content-Type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ username: 'me', password: 'secret' }),
})
const { access_token: token } = (await login.json()) as { access_token: string }

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)
let scrollId = ''
let total = 0
const seen = new Set<string>()
do {
  const query = new URLSearchParams({
    pbxId: 'allpbxes',
    startTime: `${day(Date.now() - 24 * 60 * 60 * 1000)} 00:00:00`,
    endTime: `${day(Date.now())} 23:59:59`,
    timeZone: 'UTC',
    pageSize: '50',
    scrollId,
  })
  const response = await fetch(`${base}/analytics/work/v2/call-records?${query.toString()}`, {
    headers: { '8x8-apikey': 'my-key', Authorization: `Bearer ${token}` },
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const { data, meta } = (await response.json()) as {
    data: { callId: string }[]
    meta: { totalRecordCount: number; scrollId: string }
  }
  // The empty page at the end counts none.
  total = Math.max(total, meta.totalRecordCount)
  for (const { callId } of data) {
    if (seen.has(callId)) throw new Error(`${callId} came twice`)
    seen.add(callId)
  }
  scrollId = meta.scrollId
} while (scrollId !== 'No Data')
console.log(`${seen.size} of ${total}`)
