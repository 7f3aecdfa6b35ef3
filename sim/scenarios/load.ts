/** Large blocks, slow machines, clocks that differ, and software that computes something else. */
import type { StateRoot } from '../../domain/ids.js'
import { scenario, type Scenario } from './scenario.js'
import { expectCommits, expectHealed, expectQuiet, expectThat, expectViewChanges, go, nodeAt, running } from './script.js'

const largeBlock = scenario(
  'twelve hundred transactions at once',
  'Twelve hundred transactions wait when the leader wakes: full blocks of a hundred and a little more each time, without a view change.',
  (open) => {
    const world = open({ n: 4 })
    go(world, 10)
    const all = Array.from({ length: 1200 }, (_, i) => i + 1)
    for (const node of world.nodes) for (const k of all) node.pool.set(world.tx(k).id, world.tx(k))
    world.submitTx(1)
    expectCommits(world, world.nodes, all, 500)
    expectViewChanges(world, 0)
    const sizes = (world.nodes[0]?.committed ?? []).map(({ block }) => block.transactions.length).filter((count) => count > 0)
    const full = sizes.slice(0, -1)
    expectThat(world, full.length < 12 && full.every((size, i) => size >= Math.max(100, full[i - 1] ?? 0)), `blocks of ${sizes.join(', ')}`)
    expectQuiet(world)
  },
)

const slow = scenario(
  'everybody is slower than the timer',
  'Executing and carrying a block takes longer than the base timeout at all of them: timers grow, up to three times the base, until blocks commit.',
  (open) => {
    const world = open({ n: 4, faults: { delay: { minMs: 600, maxMs: 700 } } })
    for (let k = 1; k <= 3; k++) {
      world.submitTx(k)
      expectCommits(world, world.nodes, [k], 60 * world.baseTimeoutMs)
    }
    expectHealed(world, 9)
  },
)

const slowClock = scenario(
  'a leader whose clock is behind',
  'The clock of one of four is twenty seconds behind: its blocks take the time of their parents, so none of its turns is lost.',
  (open) => {
    const world = open({ n: 4 })
    nodeAt(world, 2).clockSkewMs = -20_000
    for (let k = 1; k <= 8; k++) {
      world.submitTx(k)
      expectCommits(world, world.nodes, [k], 100)
    }
    expectViewChanges(world, 0)
  },
)

const clocks = scenario(
  'clocks that are ten minutes wrong',
  'One of four has its clock ten minutes ahead, then behind, then it jumps: its blocks get no votes and it gives none, but the others are a quorum.',
  (open) => {
    const world = open({ n: 4 })
    const node = nodeAt(world, 2)
    const others = world.nodes.filter((other) => other !== node)
    for (const [i, skewMs] of [600_000, -600_000, 20_000, -20_000, 0].entries()) {
      node.clockSkewMs = skewMs
      for (const k of [2 * i + 1, 2 * i + 2]) {
        world.submitTx(k)
        expectCommits(world, Math.abs(skewMs) > 30_000 ? others : world.nodes, [k], 6 * world.baseTimeoutMs)
      }
    }
    expectHealed(world, 99)
  },
)

const wrongSoftware = scenario(
  'execution that differs at one validator',
  'v3 computes another state than the others. It votes for nothing of theirs and nobody votes for its blocks; the others commit, and v3 raises the alarm instead of going on in silence.',
  (open) => {
    let isWrong = true
    const change = <T extends { readonly stateRoot: StateRoot }>(result: T): T => (isWrong ? { ...result, stateRoot: `00${result.stateRoot.slice(2)}` as StateRoot } : result)
    const world = open({ n: 4, misexecute: { index: 3, change } })
    const odd = nodeAt(world, 3)
    // It follows the protocol with the wrong software: its alarm is what the scenario asks for.
    odd.isHonest = false
    const others = running(world)
    for (let k = 1; k <= 5; k++) {
      world.submitTx(k)
      expectCommits(world, others, [k], 6 * world.baseTimeoutMs)
    }
    go(world, 5000)
    expectThat(world, odd.committed.length === 0, 'the odd one committed')
    expectThat(world, !odd.sent.some(({ type }) => type === 'vote') || odd.sent.every((message) => message.type !== 'vote' || message.vote.data.view % 4 === 3), 'the odd one voted for a state that it does not have')
    expectThat(world, odd.reports.some(({ kind }) => kind === 'safety-alarm'), 'no alarm')
    expectViewChanges(world, 10)
    isWrong = false
    expectHealed(world, 9)
  },
)

export const LOAD: readonly Scenario[] = [largeBlock, slow, slowClock, clocks, wrongSoftware]
