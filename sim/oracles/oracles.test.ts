import { describe, expect, test } from 'vitest'
import { asHeight, asView, type BlockHash } from '../../domain/ids.js'
import type { Vote } from '../../domain/certificate.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { CommittedBlock } from '../../consensus/core/protocol.js'
import { LIARS } from '../byzantine/index.js'
import { voteDataOf } from '../byzantine/liar.js'
import { createRandom } from '../kernel/random.js'
import type { SimNode, ViolationKind, World } from '../types.js'
import { createWorld } from '../world/create-world.js'
import { agreement } from './agreement.js'
import { bounds } from './bounds.js'
import { certificates } from './certificates.js'
import { disk } from './disk.js'
import { expectCommitted, expectSilence } from './liveness.js'
import { lock } from './lock.js'
import { order } from './order.js'
import { compareStores, state } from './state.js'
import { votes } from './votes.js'

/** A network that has committed a little: real blocks, votes and records to show the oracles. */
function quietWorld(): World {
  const world = createWorld({ n: 4, seed: 1 })
  world.run(20)
  expectCommitted(world, [world.submitTx(1), world.submitTx(2)], 5)
  expectSilence(world, 5)
  expect(world.violations).toEqual([])
  return world
}

const world = quietWorld()
const [first, second] = world.nodes as readonly [SimNode, SimNode]
const block = first.committed[0] as CommittedBlock
const other = 'ab'.repeat(32) as BlockHash
const sentBy = <T extends PeerMessage['type']>(node: SimNode, type: T): Extract<PeerMessage, { type: T }> =>
  node.sent.find((message) => message.type === type) as Extract<PeerMessage, { type: T }>

function collect() {
  const found: ViolationKind[] = []
  return { found, violate: (kind: ViolationKind) => void found.push(kind) }
}

describe('each oracle says when its promise is broken, and is silent before', () => {
  test('agreement: another block at a height that somebody committed', () => {
    const { found, violate } = collect()
    const oracle = agreement(violate, { ...world.counts })
    oracle.onCommit?.(first, [block])
    oracle.onCommit?.(second, [block])
    expect(found).toEqual([])
    oracle.onCommit?.(second, [{ ...block, block: { ...block.block, hash: other } }])
    expect(found).toEqual(['fork'])
  })

  test('order: a gap, a repetition, and a block that stands on another one', () => {
    const chain = first.committed
    const fresh = { ...first, disk: { ...first.disk, head: () => undefined } } as SimNode
    const { found, violate } = collect()
    const oracle = order(violate, world.root.hash)
    oracle.onStart?.(fresh)
    oracle.onCommit?.(fresh, chain.slice(0, 2))
    expect(found).toEqual([])
    oracle.onCommit?.(fresh, chain.slice(1, 2))
    expect(found).toEqual(['order'])
    oracle.onStart?.(fresh)
    oracle.onCommit?.(fresh, chain.slice(1, 2))
    expect(found).toEqual(['order', 'order'])
    oracle.onStart?.(fresh)
    oracle.onCommit?.(fresh, [{ ...block, block: { ...block.block, header: { ...block.block.header, parentHash: other } } }])
    expect(found).toEqual(['order', 'order', 'order'])
  })

  test('votes: two in a view, one in a view given up, one below an older one; two proposals', () => {
    const { vote } = sentBy(first, 'vote')
    const inView = (view: number, blockHash: BlockHash = vote.data.blockHash): PeerMessage & { vote: Vote } =>
      ({ type: 'vote', vote: { ...vote, data: { ...vote.data, view: asView(view), blockHash } } })
    const { found, violate } = collect()
    const oracle = votes(violate)
    for (const message of [inView(5), inView(5), inView(7)]) oracle.onSend?.(first, message)
    expect(found).toEqual([])
    oracle.onSend?.(first, inView(7, other))
    oracle.onSend?.(first, inView(6))
    expect(found).toEqual(['double-vote', 'double-vote'])
    const timeout = { epoch: vote.data.epoch, view: asView(9), highQcView: asView(1), sender: first.id, signature: vote.signature, highQc: block.certificate, lastTc: undefined }
    oracle.onSend?.(first, { type: 'timeout', timeout })
    oracle.onSend?.(first, inView(7, other))
    expect(found.length).toBe(2)
    oracle.onSend?.(first, inView(9))
    expect(found.at(-1)).toBe('vote-after-timeout')
    const leader = world.nodes.find((node) => node.sent.some(({ type }) => type === 'proposal')) as SimNode
    const { proposal } = sentBy(leader, 'proposal')
    oracle.onSend?.(leader, { type: 'proposal', proposal })
    oracle.onSend?.(leader, { type: 'proposal', proposal: { ...proposal, block: { ...proposal.block, hash: other } } })
    expect(found.at(-1)).toBe('double-proposal')
  })

  test('disk: a vote, a timeout or a proposal that leaves before its record, or a vote before its block', () => {
    const leader = world.nodes.find((node) => node.sent.some(({ type }) => type === 'proposal')) as SimNode
    const { proposal } = sentBy(leader, 'proposal')
    const vote = sentBy(leader, 'vote')
    const timeout: PeerMessage = { type: 'timeout', timeout: { epoch: world.set.epoch, view: asView(99), highQcView: asView(9), sender: leader.id, signature: vote.vote.signature, highQc: block.certificate, lastTc: undefined } }
    const kindsFor = (node: SimNode, message: PeerMessage): ViolationKind[] => {
      const { found, violate } = collect()
      disk(violate).onSend?.(node, message)
      return found
    }
    expect(kindsFor(leader, vote)).toEqual([])
    expect(kindsFor(leader, { type: 'proposal', proposal })).toEqual([])
    const blank = { ...leader, records: [] } as SimNode
    for (const message of [vote, timeout, { type: 'proposal', proposal } as PeerMessage]) expect(kindsFor(blank, message)).toEqual(['not-on-disk'])
    const blockless = { ...leader, disk: { ...leader.disk, blocks: new Map(), final: [] } } as SimNode
    expect(kindsFor(blockless, vote)).toEqual(['not-on-disk'])
    expect(kindsFor(leader, timeout)).toEqual(['not-on-disk'])
  })

  test('certificates: two blocks of one view', () => {
    const { found, violate } = collect()
    const oracle = certificates(violate)
    const info = (qc: typeof block.certificate): PeerMessage => ({ type: 'sync-info', info: { highQc: qc, highTc: undefined, committedHeight: asHeight(0) } })
    oracle.onSend?.(first, info(block.certificate))
    oracle.onSend?.(second, info(block.certificate))
    expect(found).toEqual([])
    oracle.onSend?.(second, info({ ...block.certificate, data: { ...block.certificate.data, blockHash: other } }))
    expect(found).toEqual(['two-certificates'])
  })

  test('lock: anything in the record that falls', () => {
    const record = first.records.at(-1) as SimNode['records'][number]
    for (const change of [{ lastVotedView: asView(0) }, { lockView: asView(0) }, { highQc: world.root.justify }]) {
      const { found, violate } = collect()
      const oracle = lock(violate)
      oracle.onPersist?.(first, record)
      oracle.onPersist?.(first, record)
      expect(found).toEqual([])
      oracle.onPersist?.(first, { ...record, ...change })
      expect(found).toEqual(['lock-fell'])
    }
  })

  test('state: another root at a height, a store without its root, stores that differ', () => {
    const { found, violate } = collect()
    const oracle = state(violate)
    const shown = (root: string) => ({ ...second, engine: { ...second.engine, status: () => ({ ...first.engine.status(), stateRoot: root }) } }) as unknown as SimNode
    oracle.onCommit?.(first, [])
    oracle.onCommit?.(second, [])
    expect(found).toEqual([])
    oracle.onCommit?.(shown(other), [])
    expect(found).toEqual(['state-differs'])
    const emptied = { ...second, disk: { ...second.disk, nodes: new Map(), head: () => second.disk.head() } } as SimNode
    oracle.onCommit?.(emptied, [])
    expect(found).toEqual(['state-differs', 'state-differs'])
    const stores = quietWorld()
    compareStores(stores)
    expect(stores.violations).toEqual([])
    ;(stores.nodes[2] as SimNode).disk.nodes.set('extra', new Uint8Array(1))
    compareStores(stores)
    expect(stores.violations.map(({ kind }) => kind)).toEqual(['state-differs'])
  })

  test('bounds: memory that grows, told once', () => {
    const { found, violate } = collect()
    const oracle = bounds(violate, 4)
    oracle.onStep?.(first)
    expect(found).toEqual([])
    const swollen = (change: object): SimNode => ({ ...first, engine: { ...first.engine, kept: () => ({ ...first.engine.kept(), ...change }) } }) as SimNode
    for (const change of [{ votes: 100 }, { timeouts: 9 }, { proposals: 500 }, { blocks: 500 }, { fetches: 500 }]) oracle.onStep?.(swollen(change))
    oracle.onStep?.(swollen({ votes: 101 }))
    expect(found).toEqual(Array.from({ length: 5 }, () => 'unbounded'))
  })

  test('liveness: a transaction that cannot commit is a stall, and a network that cannot stop is not idle', () => {
    const stuck = createWorld({ n: 4, seed: 1 })
    stuck.filter = () => false
    expect(expectCommitted(stuck, [stuck.submitTx(1)], 5)).toBeUndefined()
    expectSilence(stuck, 5)
    expect(stuck.violations.map(({ kind }) => kind)).toEqual(['stall', 'not-idle'])
  })
})

describe('oracles hear honest nodes only', () => {
  test('a liar votes as often as it likes without being taken for honest', () => {
    const lying = createWorld({ n: 4, seed: 1, liars: new Map([[2, (node, own) => LIARS.voteForAll(node, own, createRandom(1))]]) })
    lying.run(20)
    lying.submitTx(1)
    lying.run(3000)
    expect(lying.violations).toEqual([])
    expect((lying.nodes[2] as SimNode).isHonest).toBe(false)
  })

  test('a vote as an honest node would write it is what the liars’ helper writes', () => {
    const vote = sentBy(first, 'vote')
    const voted = [...first.committed].map((entry) => entry.block).find(({ hash }) => hash === vote.vote.data.blockHash)
    expect(voted).toBeDefined()
    expect(voteDataOf(voted as CommittedBlock['block'])).toEqual(vote.vote.data)
  })
})
