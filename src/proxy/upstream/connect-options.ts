/** How the addresses of a name are tried. */
export interface AddressOptions {
  readonly autoSelectFamily: true
  readonly autoSelectFamilyAttemptTimeout: number
}

// Node's own.
const SHORTEST_ATTEMPT_MS = 250

/**
 * Node tries the addresses of a name one after the other (RFC 8305 would try them side by side), and by itself leaves each
 * but the last after 250 ms, for good: a round trip that takes longer never ends well beside an address that is dead. Here
 * three addresses get their turn within the time, and at the default of 5 s each has the second after which a lost SYN is
 * sent again (RFC 6298).
 *
 * @param timeout for the whole connection, in milliseconds
 */
export function addressOptions(timeout: number): AddressOptions {
  return {
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.max(Math.ceil(timeout / 3), SHORTEST_ATTEMPT_MS),
  }
}

/** How undici opens connections, to 8x8 and to an egress proxy. */
export function connectOptions(timeout: number): AddressOptions & { readonly timeout: number } {
  return { timeout, ...addressOptions(timeout) }
}
