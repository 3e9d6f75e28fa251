/** What a scrape has of a metric: each label with the values that it takes. */
export type Series = ReadonlyMap<string, ReadonlySet<string>>

/** Reads Prometheus' text format. A metric that has no sample yet is there too, without labels. */
export function readScrape(text: string): Map<string, Series> {
  const metrics = new Map<string, Map<string, Set<string>>>()
  for (const line of text.split('\n')) {
    const [, declared] = /^# TYPE (\w+) /.exec(line) ?? []
    const [, sampled, labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? []
    const name = declared ?? sampled
    if (name === undefined) continue
    const series = metrics.get(name) ?? new Map<string, Set<string>>()
    metrics.set(name, series)
    for (const [, label, value] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      series.set(label!, (series.get(label!) ?? new Set()).add(value!))
    }
  }
  return metrics
}
