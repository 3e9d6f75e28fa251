/** Durations by bucket: how many were at most `BUCKETS_SECONDS[i]`, and not less than the one before. */
export interface Histogram {
  readonly buckets: number[]
  count: number
  seconds: number
}

/** Upper bounds: from a response of the local network to a report that takes its minute. */
export const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

export function emptyHistogram(): Histogram {
  return { buckets: BUCKETS_SECONDS.map(() => 0), count: 0, seconds: 0 }
}

export function observe(histogram: Histogram, seconds: number): void {
  histogram.count += 1
  histogram.seconds += seconds
  const bucket = BUCKETS_SECONDS.findIndex((bound) => seconds <= bound)
  if (bucket !== -1) histogram.buckets[bucket]! += 1
}
