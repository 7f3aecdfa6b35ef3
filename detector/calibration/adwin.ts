/**
 * Whether a stream of numbers in 0..1 has changed: ADWIN (Bifet and Gavaldà 2007). A window grows while its parts agree,
 * and loses its older part when two of them differ by more than chance explains. Its exponential histogram keeps at most
 * a few buckets of each size, so the memory is logarithmic in the window.
 */
export type Adwin = {
  /** True where the number made the window drop its older part. */
  readonly add: (value: number) => boolean
  readonly mean: () => number
  readonly width: () => number
}

const BUCKETS_A_SIZE = 5
/** Cuts are looked for once in so many numbers. */
const CLOCK = 32
const LEAST_WINDOW = 10
const LEAST_PART = 5

type Bucket = { size: number; sum: number; variance: number }

/** @param delta how likely a false alarm may be */
export function createAdwin(delta = 0.002): Adwin {
  /** Newest first. */
  let buckets: Bucket[] = []
  let seen = 0
  const total = (): Bucket => buckets.reduce(merged, { size: 0, sum: 0, variance: 0 })

  const compress = (): void => {
    for (let i = 0; i + BUCKETS_A_SIZE < buckets.length; i++) {
      const [first, last] = [buckets[i] as Bucket, buckets[i + BUCKETS_A_SIZE] as Bucket]
      if (first.size !== last.size) continue
      // More than enough of one size: the two oldest of it become one of twice the size.
      let end = i + BUCKETS_A_SIZE
      while (buckets[end + 1]?.size === first.size) end += 1
      buckets.splice(end - 1, 2, merged(buckets[end - 1] as Bucket, buckets[end] as Bucket))
    }
  }
  const hasChanged = (): boolean => {
    const whole = total()
    if (whole.size < LEAST_WINDOW) return false
    const log = Math.log(2 * Math.log(whole.size) / delta)
    const spread = whole.variance / whole.size
    let newer: Bucket = { size: 0, sum: 0, variance: 0 }
    for (const bucket of buckets.slice(0, -1)) {
      newer = merged(newer, bucket)
      const olderSize = whole.size - newer.size
      if (newer.size < LEAST_PART || olderSize < LEAST_PART) continue
      const harmonic = 1 / (1 / (newer.size - LEAST_PART + 1) + 1 / (olderSize - LEAST_PART + 1))
      const bound = Math.sqrt(2 / harmonic * spread * log) + 2 / 3 / harmonic * log
      if (Math.abs(newer.sum / newer.size - (whole.sum - newer.sum) / olderSize) > bound) return true
    }
    return false
  }

  return {
    add(value) {
      buckets.unshift({ size: 1, sum: value, variance: 0 })
      compress()
      seen += 1
      if (seen % CLOCK !== 0) return false
      let isCut = false
      while (hasChanged()) {
        buckets = buckets.slice(0, -1)
        isCut = true
      }
      return isCut
    },
    mean: () => (buckets.length === 0 ? 0 : total().sum / total().size),
    width: () => total().size,
  }
}

/** Sums of squared distances from the mean add up with the distance between the means. */
function merged(a: Bucket, b: Bucket): Bucket {
  if (a.size === 0) return b
  if (b.size === 0) return a
  const size = a.size + b.size
  return { size, sum: a.sum + b.sum, variance: a.variance + b.variance + a.size * b.size * (a.sum / a.size - b.sum / b.size) ** 2 / size }
}
