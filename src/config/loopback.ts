/** Whether an address or host name means this machine only: localhost (RFC 6761), 127.0.0.0/8 (RFC 1122), ::1 (RFC 4291). */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
}
