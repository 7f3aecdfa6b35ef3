import { describe, expect, test } from 'vitest'
import { genesis, txOf } from '../../domain/execution/testing/network.js'
import { asHeight, asMillis, asView } from '../../domain/ids.js'
import { blockOn, idOf, proposalOf, qcOf, qcOver, dataOf, root, rootQc, tcOf, voteOf } from './testing/forge.js'
import { createOneCore, fetchesIn, refusalsOf, votesIn } from './testing/one-core.js'

const b1 = blockOn(root, 1, { transactions: [txOf(1)] })
const b2 = blockOn(b1, 2)
const b3 = blockOn(b2, 3)
const twinOf = (block: typeof b1, n = 1) => blockOn(root, block.header.view, { timestamp: asMillis(block.header.timestamp + n) })

describe('a proposal gets a vote', () => {
  test('when all is right: block and record on disk, then the vote', () => {
    const core = createOneCore(0)
    const effects = core.propose(proposalOf(b1))
    expect(effects.map(({ type }) => type).filter((type) => type !== 'report')).toEqual(['persist-block', 'persist-safety', 'broadcast', 'set-timer'])
    expect(votesIn(effects)).toMatchObject([{ voter: idOf(0), data: dataOf(b1) }])
  })

  test('a repeated proposal is answered to the one who asks, without a write and without a broadcast', () => {
    const core = createOneCore(0)
    const [vote] = votesIn(core.propose(proposalOf(b1)))
    expect(core.propose(proposalOf(b1), 3)).toEqual([{ type: 'send', to: idOf(3), message: { type: 'vote', vote } }])
  })
})

describe('a proposal is refused', () => {
  const wrong: readonly [string, () => ReturnType<typeof proposalOf>][] = [
    ['not-the-leader', () => proposalOf(blockOn(root, 1, { proposer: idOf(3) }), undefined, 3)],
    ['bad-signature', () => proposalOf(b1, undefined, 3)],
    ['bad-signature', () => ({ ...proposalOf(b1), signature: proposalOf(twinOf(b1)).signature })],
    ['no-entry-proof', () => proposalOf(blockOn(root, 3))],
    ['no-entry-proof', () => proposalOf(b2, tcOf(1, [rootQc, rootQc, rootQc, rootQc]))],
    ['justify-of-another-block', () => proposalOf(blockOn(b1, 2, { parentHash: twinOf(b1).hash }))],
    ['content-not-bound', () => ({ ...proposalOf(b1), block: { ...b1, transactions: [] } })],
    ['content-not-bound', () => ({ ...proposalOf(b2), block: { ...b2, justify: qcOf(b1, [1, 2, 3, 4]) } })],
    ['bad-justify', () => proposalOf(blockOn(b1, 2, { justify: qcOf(b1, [0, 1, 2]) }))],
    ['bad-justify', () => proposalOf(blockOn(b1, 2, { justify: { ...qcOf(b1), signatures: qcOf(twinOf(b1)).signatures } }))],
    ['bad-justify', () => proposalOf(blockOn(b1, 2, { justify: qcOver({ ...dataOf(b1), commit: undefined }) }))],
    ['bad-timeout-certificate', () => proposalOf(blockOn(root, 3), tcOf(2, [rootQc, rootQc, rootQc], [0, 1, 2]))],
    ['bad-timeout-certificate', () => proposalOf(blockOn(root, 3), { ...tcOf(2, [rootQc, rootQc, rootQc, qcOf(b1)]), highQc: rootQc })],
    ['bad-timeout-certificate', () => proposalOf(blockOn(root, 3), { ...tcOf(9, [rootQc, rootQc, rootQc, rootQc]), view: asView(2) })],
  ]
  test.each(wrong)('%s (%#)', (reason, proposal) => {
    const core = createOneCore(0)
    const effects = core.propose(proposal())
    expect(refusalsOf(core)).toEqual([reason])
    expect(effects.every(({ type }) => type === 'report')).toBe(true)
    expect(core.engine.status()).toMatchObject({ view: 1, treeSize: 1 })
  })

  test('a wrong state root is no entry to the tree', () => {
    const core = createOneCore(0)
    core.propose(proposalOf(blockOn(root, 1, { transactions: [txOf(2)], stateRoot: root.header.stateRoot })))
    expect(refusalsOf(core)).toEqual(['state-root-differs'])
    expect(core.engine.status().treeSize).toBe(1)
  })

  test('a valid block with one invalid transaction gets no vote', () => {
    const core = createOneCore(0)
    const tx = txOf(2)
    const forged = { ...tx, bytes: tx.bytes.map((byte, i) => (i === tx.bytes.length - 1 ? byte ^ 1 : byte)) }
    const effects = core.propose(proposalOf(blockOn(root, 1, { transactions: [forged] })))
    expect(refusalsOf(core)[0]).toMatch(/^transaction-/)
    expect(votesIn(effects)).toEqual([])
  })

  test('a block of another day gets no vote, whatever its certificates', () => {
    const core = createOneCore(0)
    core.now += 86_400_000
    expect(votesIn(core.propose(proposalOf(b1)))).toEqual([])
    expect(refusalsOf(core)).toEqual(['time-not-now'])
  })
})

describe('a stale leader with a valid timeout certificate', () => {
  test('gets no vote for a parent below the highest certificate that the timeouts name', () => {
    const core = createOneCore(0)
    core.propose(proposalOf(b1))
    core.propose(proposalOf(b2))
    const stale = blockOn(root, 4)
    expect(votesIn(core.propose(proposalOf(stale, tcOf(3, [rootQc, rootQc, qcOf(b1), rootQc]))))).toEqual([])
    expect(refusalsOf(core)).toEqual(['parent-below-timeout-certificate'])
  })

  test('has nothing fetched for it when its parent lies under what is final', () => {
    const core = createOneCore(0)
    for (const block of [b1, b2, b3]) core.propose(proposalOf(block))
    const effects = core.propose(proposalOf(blockOn(root, 5), tcOf(4, [rootQc, rootQc, rootQc, rootQc])))
    expect(refusalsOf(core)).toEqual(['not-above-committed-head'])
    expect(fetchesIn(effects)).toEqual([])
  })
})

describe('an equivocating leader', () => {
  test('gets one vote, is shown with both signatures once, and fills no memory', () => {
    const core = createOneCore(0)
    expect(votesIn(core.propose(proposalOf(b1)))).toHaveLength(1)
    const twins = Array.from({ length: 50 }, (_, n) => proposalOf(twinOf(b1, n + 1)))
    for (const twin of twins) expect(votesIn(core.propose(twin))).toEqual([])
    expect(core.engine.status().treeSize).toBe(2)
    const [first, second] = [proposalOf(b1), twins[0] as (typeof twins)[number]]
    expect(core.reports.filter(({ kind }) => kind === 'double-proposal')).toEqual([
      { kind: 'double-proposal', view: 1, proposer: idOf(1), first: { hash: b1.hash, signature: first.signature }, second: { hash: second.block.hash, signature: second.signature } },
    ])
  })

  test('cannot keep its other block from us when a quorum chose that one', () => {
    const core = createOneCore(0)
    core.propose(proposalOf(twinOf(b1)))
    const effects = core.propose(proposalOf(b2))
    expect(fetchesIn(effects)).toMatchObject([{ target: b1.hash, from: idOf(2) }])
    core.submit({ type: 'blocks', from: idOf(2), target: b1.hash, blocks: [b1] })
    core.propose(proposalOf(b3))
    expect(core.committed.map(({ block }) => block.hash)).toEqual([b1.hash])
  })

  test('proposals of long past views are not kept', () => {
    const core = createOneCore(0, { highQc: qcOf(blockOn(root, 40), [0, 1, 2, 3]), lastVotedView: asView(40) })
    core.propose(proposalOf(b1))
    expect(refusalsOf(core)).toEqual(['view-long-past'])
  })
})

describe('votes', () => {
  test('a vote that another key signed is refused, and the right one still counts', () => {
    const core = createOneCore(0)
    core.propose(proposalOf(b1))
    for (const index of [1, 2]) core.hear({ type: 'vote', vote: voteOf(index, b1) })
    core.hear({ type: 'vote', vote: { ...voteOf(4, b1), voter: idOf(3) } })
    expect(refusalsOf(core)).toEqual(['bad-signature'])
    expect(core.engine.status().highQcView).toBe(0)
    core.hear({ type: 'vote', vote: voteOf(3, b1) })
    expect(core.engine.status().highQcView).toBe(1)
  })

  test('a vote of a stranger, with any signature, is refused', () => {
    const core = createOneCore(0)
    core.hear({ type: 'vote', vote: { ...voteOf(1, b1), voter: 'ab'.repeat(32) as never } })
    expect(refusalsOf(core)).toEqual(['bad-signature'])
  })

  test('a certificate needs four: three votes and their repetitions commit nothing', () => {
    const core = createOneCore(0)
    core.propose(proposalOf(b1))
    for (let i = 0; i < 5; i++) for (const index of [1, 2]) core.hear({ type: 'vote', vote: voteOf(index, b1) })
    expect(core.engine.status()).toMatchObject({ view: 1, highQcView: 0 })
  })

  test('a vote sent again and again is noted once: a flood fills no memory', () => {
    const core = createOneCore(0)
    for (let i = 0; i < 20; i++) core.hear({ type: 'vote', vote: voteOf(1, b1) })
    for (let height = 2; height < 20; height++) core.hear({ type: 'vote', vote: voteOf(1, b1, { height: asHeight(height) }) })
    expect(core.reports.filter(({ kind }) => kind === 'vote-received')).toHaveLength(2)
    expect(core.reports.filter(({ kind }) => kind === 'double-vote')).toHaveLength(1)
  })

  test('votes for views far ahead are not kept', () => {
    const core = createOneCore(0)
    for (let view = 1000; view < 1100; view++) core.hear({ type: 'vote', vote: voteOf(1, b1, { view: asView(view) }) })
    expect(core.reports).toEqual([])
  })

  test('a vote of this validator that comes back from outside shows nothing new', () => {
    const core = createOneCore(0)
    const [vote] = votesIn(core.propose(proposalOf(b1)))
    expect(core.hear({ type: 'vote', vote: vote as NonNullable<typeof vote> })).toEqual([])
  })
})

describe('commits', () => {
  test('a commit needs consecutive views: with a lost view between them nothing is final yet', () => {
    const core = createOneCore(0)
    core.propose(proposalOf(b1))
    const late = blockOn(b1, 3)
    core.propose(proposalOf(late, tcOf(2, [qcOf(b1), qcOf(b1), rootQc, rootQc])))
    const after = blockOn(late, 5)
    core.propose(proposalOf(after, tcOf(4, [qcOf(late), qcOf(late), rootQc, rootQc])))
    expect(core.committed).toEqual([])
    const next = blockOn(after, 6)
    core.propose(proposalOf(next))
    core.propose(proposalOf(blockOn(next, 7)))
    expect(core.committed.map(({ block }) => block.hash)).toEqual([b1, late, after].map(({ hash }) => hash))
    for (const { block, certificate, commitCertificate } of core.committed) {
      expect(certificate.data.blockHash).toBe(block.hash)
      expect(commitCertificate.data.commit?.hash).toBe(after.hash)
    }
  })

  test('a quorum that commits another block at our height is an alarm', () => {
    const core = createOneCore(0)
    for (const block of [b1, b2, b3]) core.propose(proposalOf(block))
    expect(core.committed).toHaveLength(1)
    const other = twinOf(b1)
    core.hear({ type: 'sync-info', info: { highQc: qcOf(blockOn(other, 2)), highTc: undefined, committedHeight: asHeight(1) } })
    expect(core.reports.filter(({ kind }) => kind === 'safety-alarm')).toHaveLength(1)
    expect(core.engine.status().committedHeight).toBe(1)
  })

  test('a commit made while recovering is carried out before anything builds on it as stored', () => {
    // The disk holds three blocks and a certificate for the second: the first commits at start, in the leader's view.
    const core = createOneCore(3, { highQc: qcOf(b2), lastVotedView: asView(2) }, [b1, b2])
    core.pool.push(txOf(7))
    const effects = core.start()
    expect(core.committed.map(({ block }) => block.hash)).toEqual([b1.hash])
    const proposal = effects.flatMap((effect) => (effect.type === 'broadcast' && effect.message.type === 'proposal' ? [effect.message.proposal] : []))[0]
    expect(proposal?.block).toEqual(blockOn(b2, 3, { transactions: [txOf(7)], timestamp: proposal?.block.header.timestamp as never }))
    expect(genesis.validators).toHaveLength(5)
  })
})
