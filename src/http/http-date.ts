/**
 * Reads an HTTP-date in any of its three forms (RFC 9110, section 5.6.7). `Date.parse` is no reader of them: it takes `0`
 * and `2100` for years and asctime's form for local time.
 *
 * @param now the time of day, in milliseconds: a year of two digits lies at most 50 years after it
 * @returns the time of day in milliseconds; undefined for what is no HTTP-date
 */
export function parseHttpDate(text: string, now = Date.now()): number | undefined {
  const fields = FORMS.map((form) => form.exec(text.trim())?.groups).find((groups) => groups !== undefined)
  if (fields === undefined) return undefined
  const [day, hours, minutes, seconds] = [fields.day, fields.h, fields.m, fields.s].map(Number) as Numbers
  const month = MONTHS.indexOf(fields.month!)
  const year = fields.year!.length === 2 ? fullYear(Number(fields.year), now) : Number(fields.year)
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  const midnight = new Date(0).setUTCFullYear(year, month, day)
  // What no calendar has, such as 30 February, would be another day.
  if (month === -1 || new Date(midnight).getUTCDate() !== day) return undefined
  return midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000
}

type Numbers = [number, number, number, number]

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const TIME = String.raw`(?<h>\d\d):(?<m>\d\d):(?<s>\d\d)`
const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(String.raw`^[A-Z][a-z]{2}, (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(String.raw`^[A-Z][a-z]+, (?<day>\d\d)-(?<month>[A-Z][a-z]{2})-(?<year>\d\d) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(String.raw`^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
]

function fullYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + twoDigits
  if (year > thisYear + 50) return year - 100
  return year <= thisYear - 50 ? year + 100 : year
}
