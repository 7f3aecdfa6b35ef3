/** Without work nothing happens, however long; with work everything happens at once, whoever holds it. */
import { genesisQc } from '../../domain/block.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { SimNode } from '../types.js'
import { scenario, type Scenario } from './scenario.js'
import { expectCommits, expectQuiet, expectThat, expectViewChanges, go, isOf, nodeAt, running, viewChanges } from './script.js'

const MINUTES = 60_000

const tenMinutes = scenario(
  'ten quiet minutes',
  'Ten minutes without work: no block, no view change, no message. Then one transaction at each validator in turn, which need not lead: each commits after at most one timeout a validator.',
  (open) => {
    const world = open({ n: 5 })
    world.submitTx(1)
    expectCommits(world, world.nodes, [1], 100)
    expectQuiet(world, 10 * MINUTES)
    expectViewChanges(world, 0)
    for (let at = 0; at < 5; at++) {
      world.submitTx(10 + at)
      expectCommits(world, world.nodes, [10 + at], 100)
      expectQuiet(world)
    }
    expectViewChanges(world, 0)
  },
)

const onlyOneKnows = scenario(
  'a transaction that only one validator holds',
  'Nobody else has work, so nobody else helps to give up views: it commits when its holder leads, or when what it proposes is seen.',
  (open) => {
    for (let at = 0; at < 4; at++) {
      const world = open({ n: 4, gossip: true })
      go(world, 10)
      world.submitTx(1, nodeAt(world, at))
      expectCommits(world, world.nodes, [1], 5 * world.baseTimeoutMs)
      expectViewChanges(world, 1)
      expectQuiet(world)
    }
  },
)

const deadLeader = scenario(
  'idle with a dead leader',
  'The leader of the present view died while nobody had work: nothing happens. A transaction then costs one timeout, and a dead second leader one more.',
  (open) => {
    for (const dead of [[1], [2], [1, 2]]) {
      const world = open({ n: dead.length === 1 ? 4 : 7 })
      go(world, 10)
      for (const position of dead) world.crash(nodeAt(world, position))
      expectQuiet(world)
      expectViewChanges(world, 0)
      world.submitTx(1)
      expectCommits(world, running(world), [1], (dead.length === 1 ? 1.2 : 2.4) * world.baseTimeoutMs)
      expectViewChanges(world, dead.length)
    }
  },
)

const lagsBehind = scenario(
  'one that missed the end while all are quiet',
  'v3 misses every message of the last two views; then all is quiet, so nobody would tell it. As soon as anything is said to it, or by it, it has all.',
  (open) => {
    for (const way of ['connect', 'transaction', 'old timeout'] as const) {
      const world = open({ n: 4 })
      world.submitTx(1)
      expectCommits(world, world.nodes, [1], 100)
      go(world, 1000)
      const lone = nodeAt(world, 3)
      world.filter = (from, to) => from !== lone && to !== lone
      const others = world.nodes.filter((node) => node !== lone)
      world.submitTx(2, ...others)
      expectCommits(world, others, [2], 5 * world.baseTimeoutMs)
      go(world, 3000)
      world.filter = () => true
      expectThat(world, world.isIdle(), 'the others are not quiet')
      if (way === 'connect') world.connect(lone, nodeAt(world, 0))
      else if (way === 'transaction') world.submitTx(3, lone)
      else {
        const highQc = lone.records.at(-1)?.highQc ?? genesisQc(world.root)
        world.deliver(nodeAt(world, 0), lone.id, { type: 'sync-info', info: { highQc, highTc: undefined, committedHeight: 0 as never } })
      }
      expectCommits(world, [lone], [2], 3 * world.baseTimeoutMs)
      if (way === 'transaction') {
        world.submitTx(3)
        expectCommits(world, world.nodes, [3], 5 * world.baseTimeoutMs)
      }
      expectQuiet(world)
    }
  },
)

const onlyLeaderHolds = scenario(
  'a proposal whose votes are lost, while only its leader has work',
  'v1 alone holds the transaction and all votes of view 1 are lost. The others have seen the proposal and give the view up with it: somebody waits for that block.',
  (open) => {
    const world = open({ n: 4 })
    go(world, 20)
    world.filter = (_from, _to, message) => !isOf(message, 'vote', 1)
    world.submitTx(1, nodeAt(world, 1))
    go(world, 4 * world.baseTimeoutMs, () => viewChanges(world) > 0)
    expectThat(world, viewChanges(world) > 0, 'v1 was left alone with its proposal')
  },
)

const tooOld = scenario(
  'a transaction that nobody votes for any more',
  'One waiting transaction is ten minutes old: leaders leave it out instead of losing their turns with it, and the fresh one commits at once.',
  (open) => {
    const world = open({ n: 4 })
    const old = world.tx(1)
    go(world, 10 * MINUTES)
    for (const node of world.nodes) node.pool.set(old.id, old)
    world.submitTx(2)
    expectCommits(world, world.nodes, [2], 100)
    expectViewChanges(world, 0)
    for (const node of world.nodes) node.pool.delete(old.id)
  },
)

const missedCommit = scenario(
  'a commit that only one has missed, in quiet',
  'View 2 ends with a timeout certificate, and its votes make a certificate all the same, later and at all but v3. For them block 1 is final and nothing is left to do; v3, with the same highest certificate, still waits, and must be told.',
  (open) => {
    const world = open({ n: 4 })
    go(world, 20)
    const lone = nodeAt(world, 3)
    const held: { readonly from: SimNode; readonly to: SimNode; readonly message: PeerMessage }[] = []
    let isShown = false
    world.filter = (from, to, message) => {
      if (isOf(message, 'proposal', 3) && !isShown) {
        isShown = true
        for (const vote of held) if (vote.to !== lone) world.after(1, () => world.deliver(vote.to, vote.from.id, vote.message))
      }
      if (message.type === 'sync-info') return to !== lone || to.engine.status().highQcView >= 3
      if (!isOf(message, 'vote', 2)) return true
      if (!isShown) held.push({ from, to, message })
      return false
    }
    world.submitTx(1)
    expectCommits(world, world.nodes.filter((node) => node !== lone), [1], 3 * world.baseTimeoutMs)
    expectThat(world, isShown, 'view 3 was not proposed: the schedule no longer fits')
    expectCommits(world, world.nodes, [1], 6 * world.baseTimeoutMs)
    expectQuiet(world)
  },
)

const leaderHoldsNothing = scenario(
  'a leader that never proposes what it was given',
  'Validator 1 holds none of the transactions, as one would who keeps them back: its turn is given up, and the next leader proposes them.',
  (open) => {
    const world = open({ n: 4 })
    go(world, 10)
    world.submitTx(1, ...world.nodes.filter((node) => node.position !== 1))
    expectCommits(world, world.nodes, [1], 1.2 * world.baseTimeoutMs)
    expectViewChanges(world, 1)
    expectQuiet(world)
  },
)

const timersStayShort = scenario(
  'timers do not grow for ever',
  'Below a quorum views cannot change, and above one with dead leaders they do: timers grow to three times the base at most, and are short again after a commit.',
  (open) => {
    const world = open({ n: 10 })
    go(world, 10)
    for (const position of [1, 2, 3]) world.crash(nodeAt(world, position))
    for (let k = 1; k <= 6; k++) {
      world.submitTx(k)
      // Three dead leaders in a row: 1 + 1.2 + 1.44 of the base, and a little for the messages.
      expectCommits(world, running(world), [k], 3.9 * world.baseTimeoutMs)
      go(world, 500)
    }
    expectQuiet(world)
    const kept = nodeAt(world, 0).engine.kept()
    expectThat(world, kept.timeouts <= 1, `timeouts of ${kept.timeouts} views are kept`)
  },
)

export const IDLE: readonly Scenario[] = [tenMinutes, onlyOneKnows, deadLeader, lagsBehind, onlyLeaderHolds, tooOld, missedCommit, leaderHoldsNothing, timersStayShort]
