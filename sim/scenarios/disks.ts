/** What a validator finds on its disk when it comes back, and what it makes of it. */
import { scenario, type Scenario } from './scenario.js'
import { expectCommits, expectHealed, expectThat, go, nodeAt, running } from './script.js'
import type { DiskFault } from '../types.js'

function restartWith(fault: DiskFault, refuses: boolean) {
  return scenario(
    `a ${fault} safety record`,
    refuses ? 'The validator does not start: without its memory it could vote twice. The others go on.' : 'The validator starts, remembers all it signed, and takes part.',
    (open) => {
      const world = open({ n: 4 })
      for (let k = 1; k <= 4; k++) {
        world.submitTx(k)
        expectCommits(world, world.nodes, [k], 100)
      }
      const node = nodeAt(world, 2)
      const last = node.records.at(-1)?.lastVotedView ?? 0
      world.crash(node)
      world.restart(node, fault)
      expectThat(world, node.isUp !== refuses, refuses ? `started from a ${fault} record` : `did not start: ${node.stopped ?? ''}`)
      world.submitTx(5)
      expectCommits(world, running(world), [5], 6 * world.baseTimeoutMs)
      if (!refuses) expectThat(world, (node.records.at(-1)?.lastVotedView ?? 0) >= last, 'forgot its last vote')
      expectHealed(world, 6)
      expectThat(world, node.isUp !== refuses, 'healed by itself')
    },
  )
}

const stale = scenario(
  'yesterday\'s copy of the safety record',
  'An older copy was put back. While the others hold a newer signature of this key, the validator stops for good before it signs anything else.',
  (open) => {
    const world = open({ n: 4 })
    for (let k = 1; k <= 6; k++) {
      world.submitTx(k)
      expectCommits(world, world.nodes, [k], 100)
    }
    const node = nodeAt(world, 2)
    const signed = node.sent.length
    world.crash(node)
    // From here on it is as a liar: its old memory may sign what contradicts it.
    node.isHonest = false
    const offsets = node.disk.entryOffsets
    node.disk.safetyFile = node.disk.safetyFile?.slice(0, offsets[2])
    world.restart(node, 'kept')
    world.submitTx(7)
    go(world, 5000)
    const contradictions = node.sent.slice(signed).filter((message) => message.type === 'vote' || message.type === 'timeout' || message.type === 'proposal')
    expectThat(world, !node.isUp || contradictions.length === 0, `signed ${contradictions.length} messages with an old memory`)
    expectThat(world, node.stopped !== undefined, 'did not stop')
    expectCommits(world, running(world), [7], 6 * world.baseTimeoutMs)
  },
)

const full = scenario(
  'a disk that refuses',
  'The disk of each validator refuses a write in the middle of its work: it stops at once, nothing leaves that was not written, and it takes part again after a restart with room.',
  (open) => {
    for (const code of ['ENOSPC', 'EIO'] as const) {
      for (let position = 0; position < 4; position++) {
        const world = open({ n: 4 })
        go(world, 10)
        const node = nodeAt(world, position)
        node.disk.refuses = code
        world.submitTx(1)
        expectCommits(world, world.nodes.filter((other) => other !== node), [1], 4 * world.baseTimeoutMs)
        expectThat(world, !node.isUp, `${node.name} went on after ${code}`)
        expectHealed(world, 2)
        expectCommits(world, [node], [1, 2], 3 * world.baseTimeoutMs)
      }
    }
  },
)

const unstored = scenario(
  'power goes before commits are stored',
  'Commits are told at once and stored later. All lose power in between: blocks and certificates on disk bring the commits back, and each is told once a life, in order.',
  (open) => {
    const world = open({ n: 4 })
    for (let k = 1; k <= 5; k++) {
      world.submitTx(k)
      expectCommits(world, world.nodes, [k], 100)
      for (const node of world.nodes) world.crash(node)
      for (const node of world.nodes) world.restart(node)
    }
    go(world, 1000)
    expectThat(world, world.nodes.every((node) => node.engine.status().committedHeight >= 5), 'commits were lost')
    expectHealed(world, 9)
  },
)

export const DISKS: readonly Scenario[] = [
  restartWith('kept', false), restartWith('torn', false), restartWith('lost', true), restartWith('flipped', true), stale, full, unstored,
]
