import { describe, expect, test } from 'vitest'
import { asHeight, asMillis, asView } from '../../domain/ids.js'
import { isUnknownVote } from './own-signatures.js'
import { blockOn, dataOf, idOf, proposalOf, qcOf, root, rootQc, tcOf, timeoutOf, voteOf } from './testing/forge.js'
import { createOneCore, freshRecord, refusalsOf, votesIn, type OneCore } from './testing/one-core.js'
import type { PeerMessage, SyncInfo } from './messages.js'
import type { Effect } from './protocol.js'
import type { SafetyRecord } from './safety-rules.js'

const b1 = blockOn(root, 1)
const b2 = blockOn(b1, 2)
const twin = blockOn(root, 1, { timestamp: asMillis(b1.header.timestamp + 1) })
const watching = (self: number, start: Partial<SafetyRecord> = {}): OneCore => createOneCore(self, start, [], true)
const haltsIn = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.type === 'halt' ? [effect.reason] : []))
const info = (changes: Partial<SyncInfo> = {}): PeerMessage => ({ type: 'sync-info', info: { highQc: rootQc, highTc: undefined, committedHeight: asHeight(0), ...changes } })
const markOf = (index: number, view: number) => { const { highQcView, signature } = timeoutOf(index, view, rootQc); return { view: asView(view), highQcView, signature } }

describe('a signature of ours that the safety record does not know stops the node for good', () => {
  const shown: readonly [string, PeerMessage][] = [
    ['a vote', { type: 'vote', vote: voteOf(0, b1) }],
    ['a vote far ahead', { type: 'vote', vote: voteOf(0, b1, { view: asView(900), parentView: asView(899) }) }],
    ['a timeout', { type: 'timeout', timeout: timeoutOf(0, 1, rootQc) }],
    ['a certificate that it signed', info({ highQc: qcOf(b1) })],
    ['a timeout certificate that it signed', { type: 'timeout-certificate', tc: tcOf(1, [rootQc, rootQc, rootQc, rootQc]) }],
    ['a certificate in a proposal', { type: 'proposal', proposal: proposalOf(b2) }],
    ['a vote that a peer kept', info({ yourVote: voteOf(0, b1) })],
    ['a timeout that a peer kept', info({ yourTimeout: markOf(0, 3) })],
  ]
  test.each(shown)('%s', (_, message) => {
    const core = watching(0)
    const effects = core.hear(message, 2)
    expect(haltsIn(effects)).toHaveLength(1)
    expect(haltsIn(effects)[0]).toMatch(/this key (voted in|gave up) view \d+.*older copy of the safety record.*second process/)
    expect(effects.filter(({ type }) => type === 'persist-safety')).toEqual([])
    expect(core.engine.status()).toMatchObject({ maySign: false, haltReason: haltsIn(effects)[0] })
    expect(core.propose(proposalOf(b1))).toEqual([])
  })

  test('a proposal', () => {
    const core = watching(1)
    expect(haltsIn(core.propose(proposalOf(b1), 3))[0]).toContain('proposed in view 1')
  })

  test('another vote in the view it voted in last', () => {
    const core = watching(0)
    core.propose(proposalOf(b1))
    expect(haltsIn(core.hear({ type: 'vote', vote: voteOf(0, twin) }, 2))).toHaveLength(1)
  })

  test('another vote in a view before that', () => {
    const core = watching(4)
    for (const block of [b1, b2]) core.propose(proposalOf(block))
    expect(core.hear({ type: 'vote', vote: voteOf(4, b1) }, 2)).toEqual([])
    expect(haltsIn(core.hear({ type: 'vote', vote: voteOf(4, twin) }, 2))[0]).toContain('contradicted itself in view 1')
  })

  test('a second proposal of ours for a view', () => {
    const core = watching(1)
    core.pool.push(...blockOn(root, 1).transactions)
    core.propose(proposalOf(b1), 3)
    const late = createOneCore(1, { lastProposedView: asView(1) }, [], true)
    late.propose(proposalOf(b1), 3)
    expect(haltsIn(late.propose(proposalOf(twin), 3))[0]).toContain('contradicted itself in view 1')
  })
})

describe('what it signed itself stops nobody', () => {
  test('its vote, its certificates and its timeouts may come back in any order', () => {
    const core = watching(0)
    core.propose(proposalOf(b1))
    for (const message of [{ type: 'vote', vote: voteOf(0, b1) }, info({ highQc: qcOf(b1), yourVote: voteOf(0, b1) }), { type: 'proposal', proposal: proposalOf(b2) }, info({ highQc: qcOf(b2) })] as const) {
      expect(haltsIn(core.hear(message, 2))).toEqual([])
    }
    core.submit({ type: 'timer', view: asView(3) })
    expect(core.engine.status()).toMatchObject({ maySign: true, view: 3 })
  })

  test('after a restart the record on disk knows all of it', () => {
    const before = watching(0)
    const record = [...before.propose(proposalOf(b1)), ...before.propose(proposalOf(b2))].flatMap((effect) => (effect.type === 'persist-safety' ? [effect.record] : [])).at(-1)
    const core = watching(0, record)
    expect(haltsIn(core.start())).toEqual([])
    expect(haltsIn(core.hear(info({ highQc: qcOf(b2), yourVote: voteOf(0, b2) }), 1))).toEqual([])
  })

  test('a vote the record outgrew is not held against it', () => {
    expect(isUnknownVote({ ...freshRecord, lastVotedView: asView(5) }, dataOf(b1))).toBe(false)
    // Given up without a vote: a vote in that very view is somebody else's.
    expect(isUnknownVote({ ...freshRecord, lastVotedView: asView(1) }, dataOf(b1))).toBe(true)
  })
})

describe('a liar cannot stop anybody', () => {
  const forged: readonly [string, PeerMessage][] = [
    ['a vote with another key', { type: 'vote', vote: { ...voteOf(3, b1), voter: idOf(0) } }],
    ['a timeout with another key', { type: 'timeout', timeout: { ...timeoutOf(3, 1, rootQc), sender: idOf(0) } }],
    ['a proposal with another key', { type: 'proposal', proposal: proposalOf(blockOn(root, 5), tcOf(4, [rootQc, rootQc, rootQc, rootQc], [1, 2, 3, 4]), 3) }],
    ['a kept vote with another key', info({ yourVote: { ...voteOf(3, b1), voter: idOf(0) } })],
    ['a kept vote of somebody else', info({ yourVote: voteOf(3, b1) })],
    ['a kept timeout with another key', info({ yourTimeout: markOf(3, 3) })],
    ['a certificate with a forged signature of ours', info({ highQc: { ...qcOf(b1), signatures: qcOf(b1).signatures.map((entry) => (entry.index === 0 ? { index: 0, signature: qcOf(b1).signatures[1]?.signature as Uint8Array } : entry)) } })],
  ]
  test.each(forged)('%s is refused', (_, message) => {
    const core = watching(0)
    expect(haltsIn(core.hear(message, 2))).toEqual([])
    expect(refusalsOf(core)).toHaveLength(1)
    expect(votesIn(core.propose(proposalOf(b1)))).toHaveLength(1)
  })
})

test('a node whose own blocks carry newer votes of its key than its record refuses to go on', () => {
  const core = createOneCore(0, {}, [b1, b2], true)
  expect(haltsIn(core.submit({ type: 'start' }))[0]).toContain('voted in view 1')
  const current = createOneCore(0, { lastVotedView: asView(2), lastVote: voteOf(0, b2), highQc: qcOf(b1) }, [b1, b2], true)
  expect(haltsIn(current.submit({ type: 'start' }))).toEqual([])
})
