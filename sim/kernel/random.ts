/** The one source of chance of a simulation: 32-bit integers from a seed, the same on every machine (xoshiro128**). */
export type Random = {
  /** Uniform in [0, 2^32). */
  u32(): number
  /** Uniform integer in [0, n). */
  below(n: number): number
  /** Uniform integer in [low, high]. */
  range(low: number, high: number): number
  /** True in `percent` of a hundred draws. */
  chance(percent: number): boolean
  pick<T>(list: readonly T[]): T
  /** `count` different members, in the order they were drawn. */
  sample<T>(list: readonly T[], count: number): T[]
  /** A stream of its own: what one part draws never shifts what another part draws. */
  fork(label: number): Random
}

/** @param seed any safe integer; seeds that differ give unrelated streams */
export function createRandom(seed: number): Random {
  const next = splitMix(seed)
  let [a, b, c, d] = [next(), next(), next(), next()]
  const u32 = (): number => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return scrambled
  }
  const below = (n: number): number => Math.floor((u32() / 0x1_0000_0000) * n)
  return {
    u32, below,
    range: (low, high) => low + below(high - low + 1),
    chance: (percent) => below(10_000) < percent * 100,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    sample(list, count) {
      const left = [...list]
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)[0] as (typeof list)[number])
    },
    fork: (label) => createRandom(u32() * 0x10_0000 + label),
  }
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

/** Spreads a seed over the state: neighbouring seeds must not start alike. */
function splitMix(seed: number): () => number {
  let state = (seed ^ Math.floor(seed / 0x1_0000_0000)) | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let x = state
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    return (x ^ (x >>> 16)) | 0
  }
}
