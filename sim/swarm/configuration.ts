/** What one seed stands for: everything is drawn from it once, written down as JSON, and can be run again or made smaller. */
import { faultTolerance, quorumSize } from '../../domain/quorum.js'
import { LIAR_NAMES, type LiarName } from '../byzantine/index.js'
import type { FaultPlan } from '../faults/plan.js'
import { createRandom, type Random } from '../kernel/random.js'
import type { SignatureMode } from '../world/signatures.js'

export type SeedConfiguration = {
  readonly seed: number
  readonly n: number
  readonly signatures: SignatureMode
  readonly wire: boolean
  readonly faults: FaultPlan
  /** Liars by position, each with all the ways in which it lies. */
  readonly liars: readonly { readonly index: number; readonly lies: readonly LiarName[] }[]
  readonly twins: readonly number[]
  /** Validators whose disk is damaged for good, at what time, and how. */
  readonly damaged: readonly { readonly index: number; readonly atMs: number; readonly fault: 'lost' | 'flipped' }[]
  /** When each transaction comes, milliseconds from the start; those after the end of the faults come in quiet. */
  readonly transactions: readonly { readonly atMs: number; readonly toAll: boolean }[]
  /** How long the faults last. */
  readonly faultsMs: number
}

/** Small networks find most, quickest; odd remainders of n / 3 are where formulas go wrong. */
const SIZES: readonly (readonly [n: number, weight: number])[] = [[1, 6], [4, 74], [5, 56], [6, 26], [7, 30], [10, 7], [20, 1]]

export function drawConfiguration(seed: number, fixed: { readonly n?: number } = {}): SeedConfiguration {
  const random = createRandom(seed)
  const n = fixed.n ?? drawSize(random)
  const f = faultTolerance(n)
  const faultsMs = random.range(2000, 9000)
  const keys = Array.from({ length: n }, (_, i) => i)
  // Liars and those whose disks are gone share what a network can bear.
  const bad = random.chance(60) ? random.sample(keys, random.range(0, f)) : []
  const twins = bad.filter(() => random.chance(30))
  const liars = bad.filter((index) => !twins.includes(index)).map((index) => ({ index, lies: random.sample(LIAR_NAMES, random.range(1, 3)) }))
  const spare = n - quorumSize(n) - bad.length
  const damaged = random.chance(15)
    ? random.sample(keys.filter((index) => !bad.includes(index)), random.range(0, spare))
      .map((index) => ({ index, atMs: random.range(500, faultsMs), fault: random.pick(['lost', 'flipped'] as const) }))
    : []
  const count = random.range(1, n > 7 ? 4 : 8)
  return {
    seed, n, twins, liars, damaged, faultsMs,
    signatures: seed % 100 === 99 ? 'ed25519' : 'fast',
    wire: random.chance(10),
    faults: drawFaults(random, n),
    transactions: Array.from({ length: count }, () => ({ atMs: random.below(faultsMs + 1000), toAll: random.chance(70) })).sort((a, b) => a.atMs - b.atMs),
  }
}

function drawSize(random: Random): number {
  let left = random.below(SIZES.reduce((sum, [, weight]) => sum + weight, 0))
  for (const [n, weight] of SIZES) {
    if (left < weight) return n
    left -= weight
  }
  throw new Error('a draw below the sum of the weights falls on one of them')
}

/** Each class is on or off by itself: a class that is always on hides what only others find. */
function drawFaults(random: Random, n: number): FaultPlan {
  const maybe = <K extends keyof FaultPlan>(percent: number, name: K, draw: () => NonNullable<FaultPlan[K]>): Partial<FaultPlan> =>
    random.chance(percent) ? { [name]: draw() } : {}
  const keys = Array.from({ length: n }, (_, i) => i)
  return {
    ...maybe(70, 'delay', () => ({ minMs: random.range(0, 5), maxMs: random.pick([10, 50, 200, 900]) })),
    ...maybe(35, 'drop', () => ({ percent: random.pick([1, 5, 15, 30, 60]) })),
    ...maybe(30, 'duplicate', () => ({ percent: random.pick([5, 30]) })),
    ...maybe(30, 'reorder', () => ({ percent: random.pick([5, 30]), extraMs: random.pick([100, 1000, 4000]) })),
    ...maybe(20, 'slow', () => ({ nodes: random.sample(keys, 1 + random.below(Math.max(1, n >> 1))), extraMs: random.pick([100, 400, 1500]) })),
    ...maybe(35, 'partition', () => ({ everyMs: random.range(500, 3000), lastMs: random.range(200, 3000), oneWay: random.chance(30) })),
    ...maybe(25, 'isolateLeader', () => ({ percent: random.pick([20, 50, 80]) })),
    ...maybe(20, 'clocks', () => ({ maxMs: random.pick([100, 5000, 12_000]), jumpEveryMs: random.chance(50) ? 2000 : undefined })),
    ...maybe(50, 'crash', () => ({ everyMs: random.range(150, 2000), downMs: random.pick([1, 200, 2000]), allPercent: random.pick([0, 10, 50]) })),
    ...maybe(20, 'disk', () => ({ percent: 30 })),
  }
}
