export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** How one program's quantity compares with the baseline's: the median of the rounds' ratios, and the two ends. */
export interface Ratio {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

/** Compares round by round: both were measured within seconds of each other. */
export function ratio<T>(
  rounds: readonly T[],
  baseline: readonly T[],
  quantity: (round: T) => number,
): Ratio {
  const ratios = rounds.map((round, i) => quantity(round) / quantity(baseline[i]!))
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}

/** As "0.52" or with its ends as "0.45 - 0.65". */
export function range({ lowest, highest }: Ratio): string {
  return `${lowest.toFixed(2)} - ${highest.toFixed(2)}`
}
