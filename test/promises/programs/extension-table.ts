/**
 * A program as its users write it: the extension summary of yesterday as a table. `node extension-table.js <base address>`
 */
const [base = ''] = process.argv.slice(2)

const COLUMNS = [
  'Extension',
  'FirstName',
  'LastName',
  'Department',
  'Inbound_Total',
  'Inbound_Answered',
  'Inbound_Missed',
  'Outbound_Total',
  'Total_Calls_To_VM',
  'Total_Talk_Time',
  'Avg_Talk_Time',
  'Email',
]

const login = await fetch(`${base}/analytics/work/v1/oauth/token`, {
  method: 'POST',
  headers: { '8x8-apikey': 'my-key', 'Content-Type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ username: 'me', password: 'secret' }),
})
const { access_token: token } = (await login.json()) as { access_token: string }

const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
const query = `pbxId=allpbxes&startTime=${yesterday}%2000:00:00&endTime=${yesterday}%2023:59:59&timeZone=UTC`
const response = await fetch(`${base}/analytics/work/v2/extsum?${query}`, {
  headers: { '8x8-apikey': 'my-key', Authorization: `Bearer ${token}` },
})
if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
const rows = (await response.json()) as Readonly<Record<string, string | number>>[]
console.log(COLUMNS.join('\t'))
for (const row of rows) console.log(COLUMNS.map((name) => row[name]).join('\t'))
