import type { Family } from './families.js'

interface RegionsOf {
  readonly family: Family['name']
  /** Canonical paths of the family; its group `region` is the part that should be one of the regions. */
  readonly path: RegExp
  /** Those that exist, as they stand in the path; empty if there is no region in the family's paths. */
  readonly regions: readonly string[]
  /** What paths look like. */
  readonly shape: string
}

/** Where a path names its region, and which regions 8x8 documents. */
const REGIONS: readonly RegionsOf[] = [
  {
    family: 'storage',
    path: /^\/storage\/(?<region>[^/]+)/,
    regions: ['us-west', 'us-east', 'uk', 'ap', 'ca'],
    shape: '/storage/{region}/v3',
  },
  {
    family: 'qm',
    path: /^\/qm\/(?<region>[^/]+)/,
    regions: ['us-west', 'us-east', 'uk', 'ap', 'ca'],
    shape: '/qm/{region}/v1',
  },
  {
    family: 'cc-chat',
    path: /^\/vcc\/(?<region>[^/]+)/,
    regions: ['us', 'eu', 'ca', 'ap'],
    shape: '/vcc/{region}/chat/v2',
  },
  {
    family: 'customer-experience',
    path: /^\/customerexperience\/v\d+\/\w+\/(?<region>[^/]+)/,
    regions: ['us', 'uk'],
    shape: '/customerexperience/v1/recentCallData/{region}',
  },
  {
    family: 'customer-360',
    path: /^\/cidp-customer-360\/(?<region>[^/]+)/,
    regions: ['us', 'uk', 'ca', 'ap'],
    shape: '/cidp-customer-360/{region}/v1',
  },
  {
    family: 'campaigns',
    path: /^\/cc\/(?<region>[^/]+)\/campaigns/,
    regions: ['US1', 'US2', 'UK3'],
    shape: '/cc/{region}/campaigns/v1',
  },
  // In paths that begin with a region that is none, nothing is left of the family but what follows.
  {
    family: 'cc-realtime',
    path: /^\/(?<region>[^/]+)\/analytics\/cc(?:\/|$)/,
    regions: ['eu', 'au', 'ca'],
    shape: '/{region}/analytics/cc, or /analytics/cc for the US',
  },
  {
    family: 'work-analytics',
    path: /^\/(?<region>[^/]+)\/analytics\/work(?:\/|$)/,
    regions: [],
    shape: '/analytics/work',
  },
]

/** Returns which regions 8x8 has where a canonical path names one that 8x8 does not document; undefined for any other path. */
export function otherRegions(path: string): string | undefined {
  for (const { path: pattern, regions, shape } of REGIONS) {
    const region = pattern.exec(path)?.groups?.['region']
    if (region === undefined) continue
    if (regions.includes(region)) return undefined
    return regions.length === 0
      ? `There is no region in these paths: ${shape}`
      : `The region in the path is none that 8x8 documents. There are ${regions.join(', ')}: ${shape}`
  }
  return undefined
}

/** Returns the regions of a family, by its name; undefined for families without. */
export function regionsOf(family: Family['name']): readonly string[] | undefined {
  return REGIONS.find((row) => row.family === family)?.regions
}
