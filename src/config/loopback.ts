/** Whether an address or host name means this machine only: localhost (RFC 6761), 127.0.0.0/8 (RFC 1122), ::1 (RFC 4291). */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
}

/** The addresses that a host to listen on stands for: `localhost` for both loopback addresses, any other for itself. */
export function addressesToListenOn(host: string): readonly string[] {
  return /^localhost\.?$/i.test(host) ? ['127.0.0.1', '::1'] : [host]
}

/** The host to connect to where a server listens on a host: one that listens on all addresses is reached on loopback. */
export function hostToConnectTo(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

/** Whether the system's error says that this machine does not have the address, or not its kind (IPv4, IPv6). */
export function isMissingAddress(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes((error as NodeJS.ErrnoException).code ?? '')
}
