/** Power goes: of leaders at every moment of their turn, of as many as may fail, and of more than that. */
import type { World } from '../types.js'
import { scenario, type OpenWorld, type Scenario } from './scenario.js'
import { expectCommits, expectHealed, expectThat, expectViewChanges, go, nodeAt, running } from './script.js'

/** More than the effects of one turn have boundaries: two writes and two messages to three peers. */
const BOUNDARIES = 14

/** Four validators and one transaction; the leader of view 1 dies at its `fuse`-th boundary, if its turn has that many. */
function dyingLeader(open: OpenWorld, fuse: number): { readonly world: World; readonly leader: ReturnType<typeof nodeAt> } {
  const world = open({ n: 4 })
  go(world, 10)
  const leader = nodeAt(world, 1)
  leader.fuse = fuse
  world.submitTx(1)
  return { world, leader }
}

const everyMoment = scenario(
  'a leader loses power at every moment of its turn',
  'The leader of view 1 dies at the k-th boundary between its effects, for every k: before it wrote, between write and message, after the k-th receiver. The others go on, and it comes back to the same chain.',
  (open) => {
    for (let fuse = 0; fuse < BOUNDARIES; fuse++) {
      const { world, leader } = dyingLeader(open, fuse)
      expectThat(world, !leader.isUp || fuse > 8, `the leader outlived boundary ${fuse}`)
      expectCommits(world, world.nodes.filter((node) => node !== leader), [1], 4 * world.baseTimeoutMs)
      expectViewChanges(world, 2)
      if (!leader.isUp) world.restart(leader)
      world.submitTx(2)
      expectCommits(world, world.nodes, [1, 2], 6 * world.baseTimeoutMs)
    }
  },
)

const comesBackAtOnce = scenario(
  'a leader loses power and is back at once',
  'As before, but it restarts before anybody gives the view up: the vote on its disk still stands, and it makes no second block for the view.',
  (open) => {
    for (let fuse = 0; fuse < BOUNDARIES; fuse++) {
      const { world, leader } = dyingLeader(open, fuse)
      if (leader.isUp) continue
      go(world, 30)
      world.restart(leader)
      world.submitTx(2, leader)
      expectCommits(world, world.nodes, [1], 6 * world.baseTimeoutMs)
      expectHealed(world, 3)
    }
  },
)

const followerVote = scenario(
  'a follower loses power at every moment of its vote',
  'v3 dies between writing and sending its vote, for every boundary, with v0 down already, so that its vote is needed. After the restart the vote on its disk completes the certificate without a view change.',
  (open) => {
    for (let fuse = 0; fuse < 8; fuse++) {
      const world = open({ n: 4 })
      go(world, 10)
      world.crash(nodeAt(world, 0))
      const follower = nodeAt(world, 3)
      follower.fuse = fuse
      world.submitTx(1, nodeAt(world, 1), nodeAt(world, 2), follower)
      go(world, 20)
      if (!follower.isUp) world.restart(follower)
      expectCommits(world, running(world), [1], 6 * world.baseTimeoutMs)
      // From the second boundary on the vote was on disk when the power went.
      if (fuse >= 2) expectViewChanges(world, 2)
      expectHealed(world, 2)
    }
  },
)

const asManyAsMayFail = [4, 5, 6, 7, 10].map((n) => scenario(
  `as many of ${n} down as may be`,
  `With ${n} validators n-q are switched off for good: the others still commit everything.`,
  (open) => {
    const world = open({ n })
    const down = n - world.set.quorum
    const f = Math.floor((n - 1) / 3)
    expectThat(world, down >= f, `${down} may be down, but ${f} may fail`)
    go(world, 10)
    const tolerated = { 4: 1, 5: 1, 6: 2, 7: 2, 10: 3 }[n] ?? f
    for (let i = 0; i < tolerated; i++) world.crash(nodeAt(world, 1 + i))
    for (let k = 1; k <= 4; k++) {
      world.submitTx(k)
      expectCommits(world, running(world), [k], 12 * world.baseTimeoutMs)
    }
    expectHealed(world, 9)
  },
))

const alone = scenario(
  'one validator loses power at every moment',
  'With a single validator nobody else keeps its blocks or votes: what it finds on its own disk completes the view, without a view change.',
  (open) => {
    for (let fuse = 0; fuse < 12; fuse++) {
      const world = open({ n: 1 })
      const node = nodeAt(world, 0)
      node.fuse = fuse
      world.submitTx(1)
      go(world, 10)
      if (!node.isUp) world.restart(node)
      expectCommits(world, [node], [1], 100)
      world.submitTx(2)
      expectCommits(world, [node], [2], 100)
      expectViewChanges(world, 0)
    }
  },
)

const belowQuorum = scenario(
  'fewer than a quorum are left',
  'q-1 of five go on without the others: nothing may commit, however long they try. When one more comes back all of it commits.',
  (open) => {
    const world = open({ n: 5 })
    go(world, 10)
    for (const position of [3, 4]) world.crash(nodeAt(world, position))
    world.submitTx(1)
    go(world, 60_000)
    expectThat(world, world.counts.commits === 0, 'three of five committed')
    world.restart(nodeAt(world, 4))
    expectCommits(world, running(world), [1], 10 * world.baseTimeoutMs)
    expectHealed(world, 2)
  },
)

const everybody = scenario(
  'everybody loses power, again and again',
  'All four lose power together at different moments of their work and come back: nothing is decided twice, nothing is lost.',
  (open) => {
    const world = open({ n: 4 })
    for (let round = 1; round <= 12; round++) {
      world.submitTx(round)
      go(world, 1 + 4 * round)
      for (const node of world.nodes) world.crash(node)
      go(world, 20)
      for (const node of world.nodes) world.restart(node)
      go(world, 10)
    }
    expectCommits(world, world.nodes, Array.from({ length: 12 }, (_, i) => i + 1), 10 * world.baseTimeoutMs)
    expectHealed(world, 20)
  },
)

export const CRASHES: readonly Scenario[] = [everyMoment, comesBackAtOnce, followerVote, alone, ...asManyAsMayFail, belowQuorum, everybody]
