/**
 * The reason to skip a test whose programs are not installed, or false. Where CI=true they must be there: a check that
 * leaves out what it cannot do says too little.
 */
export function skippedWithout(missing: readonly string[]): string | false {
  if (missing.length === 0) return false
  const reason = `NOT TESTED: ${missing.join(' and ')} not found. Debian: apt-get install ${missing.join(' ')}`
  if (process.env.CI === 'true') throw new Error(reason)
  return reason
}
