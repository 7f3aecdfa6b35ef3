/** Nothing fails: what is given commits in two rounds of votes, exactly one empty block follows, then all is quiet. */
import { scenario, type Scenario } from './scenario.js'
import { expectCommits, expectQuiet, expectThat, expectViewChanges, go, nodeAt } from './script.js'

const healthy = [1, 4, 5, 6, 7, 10, 20].map((n) => scenario(
  `all is well with ${n}`,
  `${n} honest validators, no faults: six transactions given to one validator after the other commit without a view change, and quiet follows.`,
  (open) => {
    const world = open({ n })
    for (let k = 1; k <= 6; k++) {
      // The leader of the next view holds it: nobody has to wait for a timeout.
      const view = world.nodes[0]?.engine.status().view ?? 0
      world.submitTx(k, nodeAt(world, view % n))
      expectCommits(world, world.nodes, [k], 100)
    }
    expectViewChanges(world, 0)
    expectQuiet(world)
    const { commits, emptyBlocks } = world.counts
    expectThat(world, commits - emptyBlocks === 6 && emptyBlocks <= 6, `${commits} blocks, ${emptyBlocks} of them empty, for six transactions one by one`)
  },
))

const realSignatures = scenario(
  'all is well with real signatures and real bytes',
  'Five validators with Ed25519 and every message through its encoding: the model leaves nothing out that they need.',
  (open) => {
    const world = open({ n: 5, signatures: 'ed25519', wire: true })
    for (let k = 1; k <= 3; k++) {
      world.submitTx(k)
      expectCommits(world, world.nodes, [k], 100)
    }
    expectViewChanges(world, 0)
    expectQuiet(world)
  },
)

const stream = scenario(
  'a stream of transactions',
  'Transactions keep coming: after each block with some a leader lets the next ones gather, so blocks are few and no view is lost.',
  (open) => {
    const world = open({ n: 4 })
    for (let k = 1; k <= 100; k++) {
      world.submitTx(k)
      go(world, 7)
    }
    expectCommits(world, world.nodes, Array.from({ length: 100 }, (_, i) => i + 1), 1000)
    expectViewChanges(world, 0)
    expectQuiet(world)
    const told = (world.nodes[0]?.committed ?? []).flatMap(({ block }) => block.transactions.map(({ id }) => id))
    expectThat(world, told.length === 100 && new Set(told).size === 100, `${told.length} transactions in blocks, ${new Set(told).size} different ones, of 100`)
    const { votes, proposals, timeouts, fetches } = nodeAt(world, 0).engine.kept()
    expectThat(world, votes <= 20 && proposals <= 20 && timeouts === 0 && fetches === 0, `after ${world.counts.commits} blocks kept: ${votes} views of votes, ${proposals} proposals, ${timeouts} of timeouts, ${fetches} fetches`)
    // In 700 ms of rounds of 5 and 10 ms: a block with transactions each 60 ms or so, and the one that makes it final.
    const height = world.nodes[0]?.committed.length ?? 0
    expectThat(world, height <= 35, `${height} blocks for 100 transactions`)
  },
)

export const HEALTHY: readonly Scenario[] = [...healthy, realSignatures, stream]
