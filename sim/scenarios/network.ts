/** Messages are lost, doubled, late, overtaken, or kept from some: what is decided stays, and all goes on when they arrive. */
import { viewOfMessage } from '../world/view-of-message.js'
import { scenario, type OpenWorld, type Scenario } from './scenario.js'
import { expectCommits, expectHealed, expectQuiet, expectThat, expectViewChanges, go, isOf, nodeAt, running, split } from './script.js'
import type { FaultPlan } from '../faults/plan.js'

const TRANSACTIONS = [1, 2, 3, 4, 5, 6, 7, 8]

/** A few transactions under a fault that lasts, with several seeds. */
function underFault(open: OpenWorld, faults: FaultPlan, withinMs: number, mostViewChanges?: number): void {
  for (let seed = 1; seed <= 3; seed++) {
    for (const n of [4, 7]) {
      const world = open({ n, seed, faults })
      for (const k of TRANSACTIONS) {
        world.submitTx(k)
        go(world, 300)
      }
      expectCommits(world, running(world), TRANSACTIONS, withinMs)
      if (mostViewChanges !== undefined) expectViewChanges(world, mostViewChanges)
      expectHealed(world, 99)
      expectQuiet(world)
    }
  }
}

const drop = scenario('a third of all messages is lost', 'Every message is lost with 30 %: all still commits, only later.',
  (open) => underFault(open, { drop: { percent: 30 } }, 120_000))
const duplicate = scenario('messages arrive twice', 'Every other message arrives a second time, much later: no view is lost by it.',
  (open) => underFault(open, { duplicate: { percent: 50 } }, 5000, 0))
const reorder = scenario('messages overtake each other', 'Each message takes from 1 to 150 ms: within the view timeout no view is lost.',
  (open) => underFault(open, { delay: { minMs: 1, maxMs: 150 } }, 10_000, 0))
const stragglers = scenario('one validator is 400 ms away', 'Everything from and to v3 takes 400 ms more: its own turns are slow, but none is lost.',
  (open) => underFault(open, { slow: { nodes: [3], extraMs: 400 } }, 20_000, 0))

const splits = scenario(
  'the network falls in two',
  'A half that holds a quorum goes on and the other waits; where neither holds one, nobody commits; when the cut heals, all agree.',
  (open) => {
    for (const [n, one, other] of [[4, [0, 1, 2], [3]], [7, [0, 1, 2, 3, 4], [5, 6]], [4, [0, 1], [2, 3]], [6, [0, 1, 2], [3, 4, 5]], [7, [0, 1, 2, 3], [4, 5, 6]]] as const) {
      const world = open({ n })
      go(world, 10)
      split(world, one, other)
      world.submitTx(1)
      const hasQuorum = one.length >= world.set.quorum
      if (hasQuorum) expectCommits(world, one.map((position) => nodeAt(world, position)), [1], 10 * world.baseTimeoutMs)
      go(world, 20_000)
      expectThat(world, other.every((position) => nodeAt(world, position).committed.length === 0), 'the smaller half committed')
      expectThat(world, hasQuorum || world.counts.commits === 0, 'a half without a quorum committed')
      expectHealed(world, 2)
    }
  },
)

const oneWay = scenario(
  'a validator that is heard but hears nothing',
  'v2 cannot be reached, though all hear it; then the other way round. The others go on, and it catches up.',
  (open) => {
    for (const isDeaf of [true, false]) {
      const world = open({ n: 4 })
      go(world, 10)
      const lone = nodeAt(world, 2)
      world.filter = (from, to) => (isDeaf ? to : from) !== lone
      const others = world.nodes.filter((node) => node !== lone)
      for (const k of [1, 2, 3]) {
        world.submitTx(k)
        expectCommits(world, others, [k], 10 * world.baseTimeoutMs)
      }
      expectHealed(world, 4)
      expectCommits(world, world.nodes, [1, 2, 3, 4], 10 * world.baseTimeoutMs)
    }
  },
)

const nextLeader = scenario(
  'the next leader never gets the certificate',
  'In every view up to 12 the votes do not reach the leader of the next one: it has to be told by the others, and no committed block is lost.',
  (open) => {
    for (const n of [4, 5, 7]) {
      const world = open({ n })
      world.filter = (_, to, message) => !(message.type === 'vote' && viewOfMessage(message) <= 12 && to.index === (viewOfMessage(message) + 1) % n)
      for (let k = 1; k <= 4; k++) {
        world.submitTx(k)
        expectCommits(world, running(world), [k], 40 * world.baseTimeoutMs)
      }
      expectHealed(world, 9)
    }
  },
)

const lostProposal = scenario(
  'a proposal reaches nobody but its votes are asked again',
  'The proposal of view 1 is lost to all but two: the view is given up, and the next leader carries on with what the others know.',
  (open) => {
    const world = open({ n: 4 })
    world.filter = (_, to, message) => !(isOf(message, 'proposal', 1) && to.position !== 2)
    world.submitTx(1)
    expectCommits(world, world.nodes, [1], 4 * world.baseTimeoutMs)
    expectViewChanges(world, 1)
    expectQuiet(world)
  },
)

export const NETWORK: readonly Scenario[] = [drop, duplicate, reorder, stragglers, splits, oneWay, nextLeader, lostProposal]
