/** Validators that missed much, and peers that answer their questions with lies. */
import { electLeader } from '../../consensus/core/leader.js'
import { LIARS } from '../byzantine/index.js'
import { createRandom } from '../kernel/random.js'
import { scenario, type Scenario } from './scenario.js'
import { expectCommits, expectHealed, expectThat, go, nodeAt, running } from './script.js'

const long = scenario(
  'two hundred blocks behind, while the others go on',
  'v3 sleeps while two hundred blocks are made, comes back under load, fetches in several answers, and votes again.',
  (open) => {
    const world = open({ n: 4, electLeader })
    go(world, 10)
    const late = nodeAt(world, 3)
    world.crash(late)
    const others = running(world)
    let k = 0
    while (others.every(({ committed }) => committed.length < 200)) {
      world.submitTx(++k, ...others)
      go(world, 11)
      expectThat(world, k < 2000, 'two hundred blocks took too long')
    }
    world.restart(late)
    for (let more = 0; more < 50; more++) {
      world.submitTx(++k)
      go(world, 11)
    }
    expectCommits(world, world.nodes, [k], 5 * world.baseTimeoutMs)
    const votes = late.sent.filter(({ type }) => type === 'vote').length
    go(world, 1000)
    world.submitTx(++k)
    expectCommits(world, world.nodes, [k], 3 * world.baseTimeoutMs)
    expectThat(world, late.sent.filter(({ type }) => type === 'vote').length > votes, 'v3 does not vote any more')
    expectHealed(world, ++k)
  },
)

const lyingPeers = scenario(
  'those who are asked lie',
  'f validators answer requests for blocks with changed, partial, reversed or empty answers, whichever way round: the one that is behind takes nothing wrong and asks the others.',
  (open) => {
    for (const [n, liars] of [[4, [1]], [7, [1, 4]], [7, [0, 5]]] as const) {
      for (let seed = 1; seed <= 4; seed++) {
        const world = open({ n, seed, liars: new Map(liars.map((position) => [position, (node, at) => LIARS.lieWhenAsked(node, at, createRandom(seed))])) })
        go(world, 10)
        const late = nodeAt(world, 3)
        world.crash(late)
        for (let k = 1; k <= 6; k++) {
          world.submitTx(k)
          expectCommits(world, running(world), [k], 12 * world.baseTimeoutMs)
        }
        world.restart(late)
        world.submitTx(7)
        expectCommits(world, running(world), [1, 2, 3, 4, 5, 6, 7], 30 * world.baseTimeoutMs)
        expectHealed(world, 8)
      }
    }
  },
)

const nobodyAnswers = scenario(
  'nobody answers for a while',
  'All requests of the one that is behind fail for ten seconds: it rests after asking everybody, and asks again as soon as something new is said.',
  (open) => {
    const world = open({ n: 4 })
    go(world, 10)
    const late = nodeAt(world, 3)
    world.crash(late)
    for (let k = 1; k <= 3; k++) {
      world.submitTx(k)
      expectCommits(world, running(world), [k], 6 * world.baseTimeoutMs)
    }
    for (const node of running(world)) node.answerFetch = () => []
    const fetches = world.counts.fetches
    world.restart(late)
    go(world, 10_000)
    expectThat(world, world.counts.fetches - fetches < 250, `${world.counts.fetches - fetches} requests in ten seconds that nobody answered`)
    for (const node of world.nodes) node.answerFetch = undefined
    world.submitTx(4)
    expectCommits(world, world.nodes, [1, 2, 3, 4], 10 * world.baseTimeoutMs)
    expectHealed(world, 5)
  },
)

const fetchedStays = scenario(
  'what was fetched is still there after a restart',
  'v3 catches up by fetching alone, loses power, and finds blocks and certificates on its own disk: nobody answers it a second time.',
  (open) => {
    const world = open({ n: 4 })
    go(world, 10)
    const late = nodeAt(world, 3)
    world.crash(late)
    const others = running(world)
    for (const k of [1, 2]) {
      world.submitTx(k)
      expectCommits(world, others, [k], 4 * world.baseTimeoutMs)
    }
    go(world, 1000)
    world.restart(late)
    expectCommits(world, [late], [1, 2], 4 * world.baseTimeoutMs)
    go(world, 1000)
    world.crash(late)
    for (const node of others) node.answerFetch = () => []
    world.filter = (from, to) => from !== late && to !== late
    world.restart(late)
    expectThat(world, late.engine.status().highQcView > 0, 'the certificate of its own head is forgotten')
    world.filter = () => true
    for (const node of others) world.connect(late, node)
    world.submitTx(3)
    expectCommits(world, world.nodes, [3], 4 * world.baseTimeoutMs)
  },
)

const lostDisk = scenario(
  'blocks lost, safety record kept',
  'The block store of a validator is gone and its safety record is not: it fetches the whole chain again and contradicts nothing.',
  (open) => {
    const world = open({ n: 4 })
    for (let k = 1; k <= 10; k++) {
      world.submitTx(k)
      expectCommits(world, world.nodes, [k], 100)
    }
    go(world, 1000)
    const node = nodeAt(world, 3)
    world.crash(node)
    // A vote that it repeats is for a block that it no longer holds: that promise went with the disk.
    node.isHonest = false
    node.disk.nodes.clear()
    node.disk.blocks.clear()
    node.disk.final.length = 0
    world.restart(node)
    world.submitTx(11)
    go(world, 5000, () => node.engine.status().committedHeight > 10)
    expectThat(world, node.engine.status().committedHeight > 10, `only ${node.engine.status().committedHeight} blocks came back`)
    expectThat(world, node.committed.every(({ block }, i) => block.hash === nodeAt(world, 0).committed[i]?.block.hash), 'another chain came back')
    expectHealed(world, 12)
  },
)

export const BEHIND: readonly Scenario[] = [lyingPeers, nobodyAnswers, fetchedStays, lostDisk, long]
