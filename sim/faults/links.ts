/** The network between nodes: how long each message travels, whether it arrives, and how often. */
import { viewOfMessage } from '../world/view-of-message.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { Random } from '../kernel/random.js'
import type { SimNode } from '../types.js'
import type { FaultPlan } from './plan.js'

export const USUAL_DELAY_MS = 5

export type Links = {
  /** Milliseconds until each arrival of this message; none when it is lost. */
  arrivals(from: SimNode, to: SimNode, message: PeerMessage | undefined): readonly number[]
  /** Cuts the directed links for which this holds. */
  cut(isCut: ((from: SimNode, to: SimNode) => boolean) | undefined): void
  isOpen(from: SimNode, to: SimNode): boolean
  /** From now on every message arrives once, after the usual delay. */
  heal(): void
}

const USUAL: readonly number[] = [USUAL_DELAY_MS]
const LOST: readonly number[] = []

export function createLinks(plan: FaultPlan, n: number, random: Random): Links {
  let cut: ((from: SimNode, to: SimNode) => boolean) | undefined
  let isHealed = false
  const isolated = isolatedViews(plan, n, random.fork(1))

  const delay = (from: SimNode, to: SimNode): number => {
    let ms = plan.delay === undefined ? USUAL_DELAY_MS : random.range(plan.delay.minMs, plan.delay.maxMs)
    if (plan.slow !== undefined && (plan.slow.nodes.includes(from.index) || plan.slow.nodes.includes(to.index))) ms += plan.slow.extraMs
    if (plan.reorder !== undefined && random.chance(plan.reorder.percent)) ms += random.below(plan.reorder.extraMs)
    return ms
  }

  return {
    arrivals(from, to, message) {
      if (isHealed) return USUAL
      if (cut?.(from, to) === true) return LOST
      if (message !== undefined && isolated(from, to, message)) return LOST
      if (plan.drop !== undefined && random.chance(plan.drop.percent)) return LOST
      if (plan.duplicate !== undefined && random.chance(plan.duplicate.percent)) return [delay(from, to), delay(from, to) + random.below(500)]
      return [delay(from, to)]
    },
    cut: (isCut) => { cut = isCut },
    isOpen: (from, to) => isHealed || cut?.(from, to) !== true,
    heal() {
      isHealed = true
      cut = undefined
    },
  }
}

/** Per view: nobody hears its leader, or the next leader hears nobody. Drawn once a view, whenever it first comes up. */
function isolatedViews(plan: FaultPlan, n: number, random: Random): (from: SimNode, to: SimNode, message: PeerMessage) => boolean {
  const { isolateLeader } = plan
  if (isolateLeader === undefined) return () => false
  const verdicts = new Map<number, 'none' | 'mute' | 'deaf'>()
  return (from, to, message) => {
    const view = viewOfMessage(message)
    const known = verdicts.get(view)
    const verdict = known ?? (random.chance(isolateLeader.percent) ? random.pick(['mute', 'deaf'] as const) : 'none')
    if (known === undefined) verdicts.set(view, verdict)
    if (verdict === 'mute') return from.index === view % n
    return verdict === 'deaf' && to.index === (view + 1) % n
  }
}
