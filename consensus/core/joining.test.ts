import { describe, expect, test } from 'vitest'
import { txOf } from '../../domain/execution/testing/network.js'
import { asHeight, asView } from '../../domain/ids.js'
import { createCluster, type Node } from './testing/cluster.js'
import { blockOn, idOf, proposalOf, root, rootQc, timeoutOf, voteOf } from './testing/forge.js'
import { createOneCore, votesIn, type OneCore } from './testing/one-core.js'
import type { SyncInfo } from './messages.js'
import type { Effect } from './protocol.js'

const b1 = blockOn(root, 1, { transactions: [txOf(1)] })
const info = (changes: Partial<SyncInfo> = {}): SyncInfo => ({ highQc: rootQc, highTc: undefined, committedHeight: asHeight(0), ...changes })
const told = (core: OneCore, from: number): readonly Effect[] => core.hear({ type: 'sync-info', info: info() }, from)
const asked = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === 'sync-info' && effect.message.info.isQuestion === true ? [effect.to] : []))
const signedIn = (effects: readonly Effect[]) => effects.filter(({ type }) => type === 'persist-safety' || type === 'broadcast')

describe('a node that was started', () => {
  test('votes when q - 1 others have said where they stand, for what it was shown before', () => {
    const core = createOneCore(0)
    core.submit({ type: 'start' })
    expect(signedIn(core.propose(proposalOf(b1)))).toEqual([])
    expect(core.engine.status()).toMatchObject({ maySign: false, treeSize: 2 })
    for (const peer of [1, 1, 1, 2]) expect(signedIn(told(core, peer))).toEqual([])
    expect(votesIn(told(core, 3))).toMatchObject([{ data: { blockHash: b1.hash } }])
    expect(core.engine.status().maySign).toBe(true)
  })

  test('proposes and gives up only then', () => {
    const leader = createOneCore(1)
    leader.pool.push(txOf(1))
    expect(signedIn(leader.submit({ type: 'start' }))).toEqual([])
    expect(signedIn([...told(leader, 0), ...told(leader, 2)])).toEqual([])
    expect(signedIn(told(leader, 4)).map((effect) => (effect.type === 'broadcast' ? effect.message.type : effect.type))).toEqual(['persist-safety', 'vote', 'proposal'])
    const core = createOneCore(0)
    core.submit({ type: 'start' })
    for (const index of [2, 3]) expect(signedIn(core.hear({ type: 'timeout', timeout: timeoutOf(index, 1, rootQc) }, index))).toEqual([])
    expect(signedIn(core.submit({ type: 'timer', view: asView(1) }))).toEqual([])
  })

  test('asks those it has not heard again with each timer, until it may sign', () => {
    const core = createOneCore(0)
    expect(core.submit({ type: 'start' })).toMatchObject([{ type: 'set-timer', view: 1 }])
    told(core, 2)
    const again = core.submit({ type: 'timer', view: asView(1) })
    expect(asked(again)).toEqual([1, 3, 4].map(idOf))
    expect(again.at(-1)).toMatchObject({ type: 'set-timer' })
    for (const peer of [1, 3]) told(core, peer)
    expect(asked(core.submit({ type: 'peer-connected', peer: idOf(4) }))).toEqual([])
  })

  test('gives its first view the whole time once it may sign', () => {
    const core = createOneCore(0)
    core.pool.push(txOf(1))
    core.submit({ type: 'start' })
    for (const peer of [1, 2]) told(core, peer)
    expect(told(core, 3).filter(({ type }) => type === 'set-timer')).toHaveLength(1)
    expect(told(core, 4).filter(({ type }) => type === 'set-timer')).toEqual([])
  })

  test('is not heard by strangers, by itself, or by a peer whose certificates are false', () => {
    const core = createOneCore(0)
    core.submit({ type: 'start' })
    core.submit({ type: 'message', from: 'ab'.repeat(32) as never, message: { type: 'sync-info', info: info() } })
    told(core, 0)
    core.hear({ type: 'sync-info', info: info({ highQc: { ...rootQc, signatures: [{ index: 1, signature: new Uint8Array(64) }] } }) }, 1)
    for (const peer of [2, 3]) told(core, peer)
    expect(core.engine.status().maySign).toBe(false)
  })

  test('alone in its network signs at once', () => {
    const cluster = createCluster(1)
    const only = cluster.nodes[0] as Node
    only.restart()
    only.submitTx(txOf(1))
    cluster.run()
    expect(only.committed.flatMap(({ block }) => block.transactions)).toHaveLength(1)
  })
})

describe('a peer that connects', () => {
  const given = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === 'sync-info' ? [effect.message.info] : []))

  test('is told its own newest vote and timeout, also when their views are long past', () => {
    const core = createOneCore(0)
    core.hear({ type: 'vote', vote: voteOf(3, b1, { view: asView(9), parentView: asView(8) }) }, 3)
    core.hear({ type: 'vote', vote: voteOf(3, b1) }, 3)
    core.hear({ type: 'timeout', timeout: timeoutOf(3, 1, rootQc) }, 3)
    const [known] = given(core.submit({ type: 'peer-connected', peer: idOf(3) }))
    expect(known).toMatchObject({ yourVote: { voter: idOf(3), data: { view: 9 } }, yourTimeout: { view: 1 } })
    expect(given(core.submit({ type: 'peer-connected', peer: idOf(2) }))[0]).toMatchObject({ yourVote: undefined, yourTimeout: undefined })
  })

  test('and asks is answered, even when it knows as much', () => {
    const core = createOneCore(0)
    expect(given(core.hear({ type: 'sync-info', info: info({ isQuestion: true }) }, 3))).toHaveLength(1)
    expect(given(core.hear({ type: 'sync-info', info: info() }, 3))).toEqual([])
  })
})

test('a validator put back to an older record stops before it signs anything, and the others go on', () => {
  const cluster = createCluster(5)
  const stale = cluster.nodes[2] as Node
  const give = (n: number): void => cluster.nodes.forEach((node) => { if (node.isUp) node.submitTx(txOf(n)) })
  for (let n = 0; n < 3; n++) {
    give(n)
    cluster.run(5000)
  }
  const before = stale.sent.length
  stale.restart('lost')
  give(9)
  cluster.run(30_000)
  expect(stale.haltReason).toContain('this key voted in view')
  expect(stale.sent.slice(before)).toEqual([])
  expect(cluster.nodes[0]?.committed.flatMap(({ block }) => block.transactions)).toHaveLength(4)
})
