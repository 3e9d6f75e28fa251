/** One part of a form that was uploaded. */
export interface FormPart {
  /** Without anything that could not stand in a header. */
  readonly filename: string
  readonly content: Buffer
}

/**
 * Finds a part of a multipart/form-data body (RFC 7578) by its name.
 * @returns undefined if the body has no such part, or is no form at all.
 */
export function partOf(contentType: string | undefined, body: Buffer, name: string): FormPart | undefined {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/i.exec(contentType ?? '')?.[1]
  if (boundary === undefined) return undefined
  for (const part of body.toString('latin1').split(`--${boundary}`)) {
    const end = part.indexOf('\r\n\r\n')
    const head = part.slice(0, Math.max(0, end))
    if (/;\s*name="?([^";\r]+)/i.exec(head)?.[1] !== name) continue
    const filename = /;\s*filename="?([^";\r]+)/i.exec(head)?.[1] ?? name
    const content = Buffer.from(part.slice(end + 4).replace(/\r\n$/, ''), 'latin1')
    return { filename: filename.replace(/[^\w .()-]/g, '_'), content }
  }
  return undefined
}
