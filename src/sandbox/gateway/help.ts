import type { Account } from '../data/account.js'
import { faultKeys } from '../faults/fault-spec.js'

/** Returns the text of `GET /sandbox`. */
export const helpFor = ({ key }: Account) => `This is a simulated 8x8 (api.8x8.com). All data is made up.

The app's key is ${key}: the proxy in front sends it. Without the proxy, it goes into x-api-key (Work chat,
chat gateway, audit, Customer 360, Journey, administration, contacts, campaigns, fax) or 8x8-apikey (Work
Analytics, Customer Experience).

Faults of one request: send the header X-Sandbox-Fault, keys separated by , or ;
  slow=2000                 wait so many ms before the headers
  status=503                401, 403, 404, 429, 500, 502, 503, 504 (any 400..599) with the gateway's body
  status=401;kind=expired   which 401: missing, expired, invalid (default), product, kong
  retry-after=2             Retry-After in seconds
  cut=100                   that many body bytes under a larger Content-Length, then the connection dies
  drip=50                   the body in small pieces, so many ms apart
  stall                     the headers, then nothing
  html | garbage            an HTML page, or truncated JSON
A 401 on demand hits a valid token: an authenticating proxy renews its token and sends the request once
more, which costs a token request. The fault is on the request, so the second attempt gets it too.

Control addresses (no token needed):
  GET    /sandbox                              this text
  POST   /sandbox/revoke                       every issued token becomes unknown
  POST   /sandbox/fault?status=503&times=3     the next 3 requests; without times, until cleared
           keys: ${faultKeys}
  GET    /sandbox/fault                        the fault in force
  DELETE /sandbox/fault                        no fault any more
  POST   /sandbox/token-fault?status=503       the same for the token endpoints (DELETE clears)
  POST   /sandbox/token-lifetime?seconds=5     of tokens issued from now on; fractions allowed
  POST   /sandbox/products                     body: JSON array of the products that the app has
  POST   /sandbox/limits                       8x8's documented rate limits from now on: Work chat 5 a second,
           Journey 10 a minute, administration 100 a minute and 20 in 10 s, contacts 60 a minute (DELETE: none)
  POST   /sandbox/reset                        forget requests, counters, faults, limits and created things
  GET    /sandbox/requests                     the last 100 requests, without header values
  GET    /sandbox/stats                        counters

Special values:
  /storage/us-west/v3/objects/bytes-1048576/content    a download of exactly that many bytes, any number
  ...?presignUrl=true                                   an address at another origin, which refuses Authorization
  tenant "unknown" (X-Tenant-Info, X-8x8-Tenant)       a tenant that does not exist
`
