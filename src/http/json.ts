/**
 * Parses text that should be a JSON object.
 *
 * @returns undefined if it is no JSON, or an array, `null` or another value that is no object
 */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
