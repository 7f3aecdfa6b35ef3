/** Runs one Twins case: real cores, view by view under the plan, then healed; agreement throughout, and progress at the end. */
import type { ElectLeader } from '../../consensus/core/leader.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import { createRandom } from '../kernel/random.js'
import type { Result, SimNode, World } from '../types.js'
import { createWorld } from '../world/create-world.js'
import { START } from '../world/network-of.js'
import { viewOfMessage } from '../world/view-of-message.js'
import { drawTwinsPlan, type TwinsPlan } from './plan.js'

/** Base timeouts that the faults may last, and after them until a new transaction has committed. */
const FAULTS_LAST = 40
const HEALED_WITHIN = 40
const TRANSACTIONS = 6

export const runTwinsSeed = (seed: number): Result => runTwins(drawTwinsPlan(seed))

export function runTwins(plan: TwinsPlan): Result {
  const { n, seed, twins, views } = plan
  const electLeader: ElectLeader = (set, _scores, view) => {
    const leader = views[view - 1]?.leader ?? view % n
    return (set.validators[leader] as { id: ReturnType<ElectLeader> }).id
  }
  const world = createWorld({ n, seed, twins, electLeader, baseTimeoutMs: 200 })
  const isFound = (): boolean => world.violations.length > 0
  world.runUntil(isFound, 20)
  world.filter = (from, to, message) => isHeard(plan, from, to, message)
  const random = createRandom(seed + 1)
  // Each node has another first transaction, so that two leaders of one view propose two blocks.
  for (const node of world.nodes) world.submitTx(1 + (node.position % TRANSACTIONS), node)
  for (let k = 1; k <= TRANSACTIONS; k++) world.after(random.below(FAULTS_LAST * world.baseTimeoutMs / 2), () => world.submitTx(k))
  const crashes = new Map(plan.crashes.map(({ position, view }) => [position, view]))
  const isOver = (): boolean => {
    cutPower(world, crashes)
    return isFound() || world.nodes.every(({ isUp, engine }) => isUp && engine.status().view > views.length)
  }
  world.runUntil(isOver, FAULTS_LAST * world.baseTimeoutMs)
  if (!isFound()) heal(world, isFound)
  return { name: `twins ${seed}`, violations: world.violations, counts: world.counts, virtualMs: world.now() - START, trace: isFound() ? world.trace() : [], configuration: plan }
}

function isHeard({ views, isSyncInfoCut, n }: TwinsPlan, from: SimNode, to: SimNode, message: PeerMessage): boolean {
  const view = viewOfMessage(message)
  const cut = views[view - 1]?.cut
  // Before view 1 there is nothing to say but that one is there.
  if (message.type === 'sync-info') return view === 0 || view > views.length || !isSyncInfoCut
  if (cut === undefined) return true
  switch (cut.kind) {
    case 'nothing': return true
    case 'groups': return cut.group.includes(from.position) === cut.group.includes(to.position)
    case 'proposal': return message.type !== 'proposal' || cut.group.includes(to.position)
    case 'one-certificate': {
      const holder = cut.holder % (n + 1)
      if (message.type === 'vote') return to.position === holder
      return message.type === 'proposal' || (to.position !== holder && from.position !== holder)
    }
  }
}

/** Those whose turn has come lose power once they have voted, and are back a moment later. */
function cutPower(world: World, crashes: Map<number, number>): void {
  for (const [position, view] of crashes) {
    const node = world.nodes[position] as SimNode
    if (!node.isUp || (node.records.at(-1)?.lastVotedView ?? 0) < view) continue
    crashes.delete(position)
    world.after(0, () => world.crash(node))
    world.after(30, () => { if (!node.isUp && node.stopped === undefined) world.restart(node) })
  }
}

function heal(world: World, isFound: () => boolean): void {
  world.heal()
  world.runUntil(isFound, 100)
  const honest = world.nodes.filter(({ isHonest, isUp }) => isHonest && isUp)
  const last = world.submitTx(TRANSACTIONS + 1, ...world.nodes.filter(({ isUp }) => isUp))
  const isCommitted = (node: SimNode): boolean => node.committed.some(({ block }) => block.transactions.some(({ id }) => id === last))
  world.runUntil(() => isFound() || honest.every(isCommitted), HEALED_WITHIN * world.baseTimeoutMs)
  const late = honest.filter((node) => !isCommitted(node))
  if (late.length > 0 && !isFound()) world.violate('stall', `${late.map(({ name }) => name).join(', ')} did not commit within ${HEALED_WITHIN} base timeouts of a network without faults`)
}
