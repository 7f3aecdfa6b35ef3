/**
 * One Twins case (arXiv 2004.10617): some keys are used by two nodes, and for every view it is drawn who leads and who
 * hears whom. Faults that follow views instead of the clock reach schedules that random delays all but never produce.
 */
import { faultTolerance } from '../../domain/quorum.js'
import { createRandom, type Random } from '../kernel/random.js'

/** Who hears what of one view. Positions are those of `world.nodes`, twins included. */
export type ViewPlan = {
  readonly leader: number
  readonly cut:
    | { readonly kind: 'nothing' }
    /** Two groups that hear nothing of each other. */
    | { readonly kind: 'groups'; readonly group: readonly number[] }
    /** The votes reach one node only, and the others give the view up without it. */
    | { readonly kind: 'one-certificate'; readonly holder: number }
    /** The proposal reaches this group only. */
    | { readonly kind: 'proposal'; readonly group: readonly number[] }
}

export type TwinsPlan = {
  readonly seed: number
  readonly n: number
  /** Keys that two nodes use. */
  readonly twins: readonly number[]
  /** Views from 1; later ones have no faults. */
  readonly views: readonly ViewPlan[]
  /** Whether nodes may tell each other where they stand before the faults are over. */
  readonly isSyncInfoCut: boolean
  /** View in which each of some nodes loses its power, right after its vote. */
  readonly crashes: readonly { readonly position: number; readonly view: number }[]
}

const VIEWS = 10

export function drawTwinsPlan(seed: number): TwinsPlan {
  const random = createRandom(seed)
  const n = random.pick([4, 4, 4, 5, 5, 6, 7])
  const f = faultTolerance(n)
  const keys = Array.from({ length: n }, (_, i) => i)
  const twins = random.chance(75) ? random.sample(keys, random.range(1, f)) : []
  const total = n + twins.length
  const crashes = random.chance(25) ? random.sample(keys, random.range(1, n)).map((position) => ({ position, view: random.range(1, VIEWS) })) : []
  // Half of the cases let twins lead more often: two leaders of one view are what twins are for.
  const leaders = random.chance(50) && twins.length > 0 ? [...keys, ...twins, ...twins, ...twins] : keys
  const views = Array.from({ length: VIEWS }, (): ViewPlan => ({ leader: random.pick(leaders), cut: drawCut(random, total) }))
  return { seed, n, twins, views, isSyncInfoCut: random.chance(60), crashes }
}

function drawCut(random: Random, total: number): ViewPlan['cut'] {
  const all = Array.from({ length: total }, (_, i) => i)
  const draw = random.below(100)
  if (draw < 20) return { kind: 'nothing' }
  if (draw < 55) return { kind: 'one-certificate', holder: random.below(total) }
  if (draw < 65) return { kind: 'proposal', group: all.filter(() => random.chance(60)) }
  return { kind: 'groups', group: random.chance(40) ? [random.below(total)] : all.filter(() => random.chance(50)) }
}
