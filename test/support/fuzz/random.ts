/** Numbers from a seed, the same ones on every machine. */

export type Random = {
  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number
  pick<T>(list: readonly T[]): T
  bytes(length: number): Uint8Array
  hex32(): string
}

/** xorshift32: fast and even enough for noise. */
export function createRandom(seed: number): Random {
  let state = (seed | 0) === 0 ? 1 : seed | 0
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  const bytes = (length: number): Uint8Array => {
    const out = new Uint8Array(length)
    for (let i = 0; i < length; i++) out[i] = next() >>> 11
    return out
  }
  return {
    below: (limit) => next() % Math.max(1, limit),
    pick: (list) => list[next() % list.length] as never,
    bytes,
    hex32: () => Buffer.from(bytes(32)).toString('hex'),
  }
}
