import { forEachHeader } from '../../http/raw-headers.js'

/**
 * What makes two GETs the same: the app whose data it is, the target byte for byte, and every header that goes up. Only
 * those that differ from call to call and change nothing are left out, so that no unforeseen header, a tenant's least of
 * all, lets one caller see what was meant for another.
 *
 * @param appKey the app that the token belongs to
 * @param headers what goes up without the token: name and value in turn
 */
export function cacheKey(appKey: string, target: string, headers: readonly string[]): string {
  const fields: [name: string, value: string][] = []
  forEachHeader(headers, (name, value) => {
    const lower = name.toLowerCase()
    if (!CHANGES_NOTHING.test(lower)) fields.push([lower, value])
  })
  // A name that comes twice keeps the order of its values.
  fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return [appKey, target, ...fields.map(([name, value]) => `${name}: ${value}`)].join('\n')
}

/**
 * Whether responses that vary by this header (`Vary`) are told apart by the key. `Authorization` is: the token is the
 * app's. So are those that the proxy strips: 8x8 sees the same of them from every caller, nothing.
 */
export function isTold(name: string): boolean {
  return name !== '*' && !CHANGES_NOTHING.test(name)
}

// The client, its urgency and ids; and the directives that the cache itself obeys.
const CHANGES_NOTHING =
  /^(?:user-agent|cache-control|pragma|priority|dnt|upgrade-insecure-requests|(?:x-)?(?:request|correlation|trace)-id|traceparent|tracestate|baggage|b3|x-b3-.*|sentry-trace|uber-trace-id|x-cloud-trace-context|x-amzn-trace-id|x-datadog-.*|newrelic|elastic-apm-traceparent|postman-token)$/
