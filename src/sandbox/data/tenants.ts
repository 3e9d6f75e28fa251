/**
 * Tells whether a tenant named in a header exists. Any plain name does, so that callers may use their own;
 * `unknown` never does, so that the rejection can be seen.
 */
export function tenantExists(tenant: string): boolean {
  return /^[\w.-]+$/.test(tenant) && tenant.toLowerCase() !== 'unknown'
}
