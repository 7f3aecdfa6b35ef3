/**
 * Which rows train, which validate and which test: by the time of publication alone, so that nothing is judged by what
 * was known later. Rows that follow a boundary too closely are left out, since they may be part of the same attack.
 */
export const SPLITS = ['train', 'validation', 'test'] as const
export type SplitName = (typeof SPLITS)[number]

export type SplitOptions = {
  /** Shares in percent, together 100. */
  readonly percent: readonly [train: number, validation: number, test: number]
  /** Rows published within this time from a boundary on are left out. */
  readonly embargoMs: number
}

export const DEFAULT_SPLIT: SplitOptions = { percent: [70, 15, 15], embargoMs: 3_600_000 }

export type SplitPlan = SplitOptions & {
  /** UTC milliseconds: validation begins here, but for the embargo. Undefined where there are no rows that far. */
  readonly validationFrom: number | undefined
  readonly testFrom: number | undefined
}

/** @param times of publication, in any order */
export function planSplit(times: readonly number[], options: SplitOptions): SplitPlan {
  const sorted = Float64Array.from(times).sort()
  const boundary = (percent: number): number | undefined => (percent >= 100 ? undefined : sorted[Math.floor((sorted.length * percent) / 100)])
  const [train, validation] = options.percent
  return { ...options, validationFrom: boundary(train), testFrom: boundary(train + validation) }
}

/** Where a row of this time belongs; undefined within an embargo. */
export function splitOf(publishedAt: number, { validationFrom, testFrom, embargoMs }: SplitPlan): SplitName | undefined {
  const place = (from: number, split: SplitName): SplitName | undefined => (publishedAt < from + embargoMs ? undefined : split)
  if (testFrom !== undefined && publishedAt >= testFrom) return place(testFrom, 'test')
  if (validationFrom !== undefined && publishedAt >= validationFrom) return place(validationFrom, 'validation')
  return 'train'
}

/** `70/15/15`; undefined where it is none. */
export function parseSplit(text: string): SplitOptions['percent'] | undefined {
  const parts = /^(\d{1,3})\/(\d{1,3})\/(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (parts === undefined || parts.reduce((sum, part) => sum + part, 0) !== 100) return undefined
  return parts as [number, number, number]
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `1h`, `30m`, `0s` to milliseconds; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? []
  return number === undefined || unit === undefined ? undefined : Number(number) * (UNITS[unit] as number)
}
