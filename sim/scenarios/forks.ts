/** Schedules that split a network in which one rule is missing. Under all the rules each ends in agreement, and goes on. */
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { SimNode } from '../types.js'
import { viewOfMessage } from '../world/view-of-message.js'
import { createForge } from './forge.js'
import { scenario, type Scenario } from './scenario.js'
import { expectHealed, expectThat, go, isOf, lastVoted, listen, nodeAt, takeOver } from './script.js'

const among = (...members: readonly number[]) => (from: SimNode, to: SimNode): boolean => members.includes(from.position) && members.includes(to.position)
const kindOf = (message: PeerMessage): string => (message.type === 'timeout-certificate' ? 'timeout' : message.type)

const nonConsecutive = scenario(
  'certified views that are not consecutive',
  'Four honest validators. View 1 certifies B, seen by v3 only; view 2 certifies C beside it, seen by v2 only; view 3 certifies B2 on B. By heights B is final now, and views 4 and 5 make C final.',
  (open) => {
    const world = open({ n: 4 })
    go(world, 20)
    const hasVotedIn3 = (position: number): boolean => lastVoted(nodeAt(world, position)) >= 3
    world.filter = (from, to, message) => {
      if (message.type === 'sync-info') return false
      switch (`${kindOf(message)} ${viewOfMessage(message)}`) {
        case 'proposal 1': return true
        case 'vote 1': return to.position === 3
        case 'timeout 1': return among(0, 1, 2)(from, to)
        case 'proposal 2': return among(0, 1, 2)(from, to)
        case 'vote 2': return to.position === 2
        case 'timeout 2': return among(0, 1, 3)(from, to)
        case 'proposal 3': return among(0, 1, 3)(from, to)
        case 'vote 3': return to.position === 3
        // v2 shows what it knows only when the others have voted in view 3.
        case 'timeout 3': return among(0, 1, 2)(from, to) && hasVotedIn3(0) && hasVotedIn3(1)
        default: return among(0, 1, 2)(from, to)
      }
    }
    world.submitTx(1)
    go(world, 30_000)
    expectThat(world, hasVotedIn3(0) && hasVotedIn3(1), 'view 3 was not voted: the schedule no longer fits')
    expectHealed(world, 2)
  },
)

const liarOfFive = scenario(
  'a liar between two halves of five',
  'Validator 1 of five signs whatever each half wants to see. With a quorum of three both halves certify; four of five need more than one half.',
  (open) => {
    const world = open({ n: 5 })
    const forge = createForge(world)
    const liar = takeOver(world, 1)
    const halves = [[0, 2], [3, 4]].map((half) => half.map((position) => nodeAt(world, position)))
    const say = (half: readonly SimNode[], message: PeerMessage): void => half.forEach((node) => world.deliver(node, liar.id, message))
    world.filter = (from, to) => halves.some((half) => half.includes(from) && half.includes(to))
    halves.forEach((half, i) => {
      const block = forge.blockOn(world.root, 1, { transactions: [world.tx(i + 1)] })
      say(half, { type: 'proposal', proposal: forge.proposalOf(block) })
      say(half, { type: 'vote', vote: forge.voteOf(1, block) })
    })
    world.submitTx(9)
    listen(world, halves.flat(), 12_000, (message, from) => {
      const half = halves.find((members) => members.includes(from)) ?? []
      if (message.type === 'proposal') {
        forge.learn(message.proposal.block)
        say(half, { type: 'vote', vote: forge.voteOf(1, message.proposal.block) })
      }
      if (message.type === 'timeout') say(half, { type: 'timeout', timeout: forge.timeoutOf(1, message.timeout.view, message.timeout.highQc, message.timeout.lastTc) })
    })
    expectThat(world, world.counts.commits === 0, 'half of five committed')
    expectHealed(world, 10)
  },
)

const voteAfterTimeout = scenario(
  'a timeout does not bump the last voted view',
  'v0 and v1 give up view 2 and are then shown its proposal. If they still vote, v2 alone commits block 1, while the timeout certificate of view 2 lets view 3 build beside it.',
  (open) => {
    const world = open({ n: 4 })
    go(world, 20)
    const late: { second?: PeerMessage; third?: PeerMessage } = {}
    world.filter = (from, to, message) => {
      if (message.type === 'sync-info') return false
      if (message.type === 'vote' && viewOfMessage(message) <= 2) return to.position === 2
      if (isOf(message, 'proposal', 1)) return true
      if (from.position === 2 || to.position === 2) {
        if (isOf(message, 'proposal', 2)) late.second = message
        return false
      }
      if (isOf(message, 'proposal', 3)) {
        late.third = message
        return false
      }
      if (isOf(message, 'timeout', 2)) return to.position === 3
      return !isOf(message, 'timeout-certificate', 2)
    }
    world.submitTx(1)
    go(world, 20_000, () => late.third !== undefined)
    const { second, third } = late
    expectThat(world, second !== undefined && third !== undefined, 'views 2 and 3 were not proposed: the schedule no longer fits')
    for (const position of [0, 1]) world.deliver(nodeAt(world, position), nodeAt(world, 2).id, second as PeerMessage)
    go(world, 50)
    for (const position of [0, 1]) world.deliver(nodeAt(world, position), nodeAt(world, 3).id, third as PeerMessage)
    go(world, 30_000)
    expectHealed(world, 2)
  },
)

const powerCycle = scenario(
  'power lost by all but the one that committed',
  'v2 alone sees the certificate that makes block 1 final and is cut off; the other three lose power at that moment. What they find on their disks must keep them from agreeing on anything else.',
  (open) => {
    const world = open({ n: 4 })
    const alone = nodeAt(world, 2)
    const others = world.nodes.filter((node) => node !== alone)
    world.filter = (_, to, message) => !(isOf(message, 'vote', 2) && to !== alone)
    world.submitTx(1)
    go(world, 500, () => alone.committed.length === 1)
    expectThat(world, alone.committed.length === 1 && others.every(({ committed }) => committed.length === 0), 'only v2 should have committed: the schedule no longer fits')
    for (const node of others) world.crash(node)
    world.filter = (from, to) => from !== alone && to !== alone
    for (const node of others) world.restart(node)
    world.submitTx(2, ...others)
    go(world, 30_000)
    expectHealed(world, 3)
  },
)

const staleLeader = scenario(
  'a stale leader with a valid timeout certificate',
  'v2 alone commits block 1. Liar v3 leads view 3 with the valid timeout certificate of view 2, which names the certificate of view 1, and builds on genesis instead.',
  (open) => {
    const world = open({ n: 5 })
    const forge = createForge(world)
    const liar = takeOver(world, 3)
    const alone = nodeAt(world, 2)
    const honest = [0, 1, 4].map((position) => nodeAt(world, position))
    const say = (message: PeerMessage): void => honest.forEach((node) => world.deliver(node, liar.id, message))
    world.filter = (from, to, message) => {
      if (isOf(message, 'vote', 2)) return to === alone
      return viewOfMessage(message) < 2 || isOf(message, 'proposal', 2) || (from !== alone && to !== alone)
    }
    let isProposed = false
    world.submitTx(1)
    listen(world, honest, 10_000, (message) => {
      if (message.type === 'timeout') say({ type: 'timeout', timeout: forge.timeoutOf(3, message.timeout.view, message.timeout.highQc, message.timeout.lastTc) })
      if (message.type === 'proposal') {
        forge.learn(message.proposal.block)
        if (viewOfMessage(message) > 3) say({ type: 'vote', vote: forge.voteOf(3, message.proposal.block) })
      }
      if (message.type === 'timeout-certificate' && message.tc.view === 2 && !isProposed) {
        isProposed = true
        const stale = forge.blockOn(world.root, 3, { transactions: [world.tx(1)] })
        say({ type: 'proposal', proposal: forge.proposalOf(stale, message.tc) })
        say({ type: 'vote', vote: forge.voteOf(3, stale) })
      }
    })
    expectThat(world, isProposed, 'view 2 was not given up: the schedule no longer fits')
    expectThat(world, honest.some(({ reports }) => reports.some((report) => report.kind === 'vote-refused' && report.reason === 'parent-below-timeout-certificate')), 'nobody refused the stale parent')
    expectHealed(world, 2)
  },
)

export const FORKS: readonly Scenario[] = [nonConsecutive, liarOfFive, voteAfterTimeout, powerCycle, staleLeader]
