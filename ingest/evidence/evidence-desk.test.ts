import { describe, expect, test } from 'vitest'
import { encodeEvidence, evidenceTransaction, type Evidence } from '../../domain/evidence/evidence.js'
import { genesis, txOf } from '../../domain/execution/testing/network.js'
import { validatorSetOf } from '../../domain/genesis.js'
import { asEpoch, asMillis, asView, type ValidatorId } from '../../domain/ids.js'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { createCluster, type Node } from '../../consensus/core/testing/cluster.js'
import { blockOn, idOf, learn, root, voteOf } from '../../consensus/core/testing/forge.js'
import { createMempool, defaultMempoolLimits } from '../mempool/mempool.js'
import { createEvidenceDesk, evidenceOf, type EvidenceDesk } from './evidence-desk.js'

const set = validatorSetOf(genesis)
const b1 = blockOn(root, 1)
const votes = (index: number, heights: readonly [number, number] = [1, 2]): Evidence => {
  const [a, b] = heights.map((height) => voteOf(index, b1, { height: height as never }))
  return evidenceOf({ kind: 'double-vote', first: a as never, second: b as never }, asEpoch(0)) as Evidence
}
function createDesk(limits: Partial<ReturnType<typeof defaultMempoolLimits>> = {}) {
  const mempool = createMempool({ ...defaultMempoolLimits(300_000), ...limits })
  const jailed = new Set<ValidatorId>()
  const desk: EvidenceDesk = createEvidenceDesk({ set, verify: verifySignature, mempool, isJailed: (id) => jailed.has(id) })
  return { desk, mempool, jailed }
}

describe('the evidence desk', () => {
  test('files a proof once, whichever way it comes', () => {
    const { desk, mempool } = createDesk()
    expect(desk.file(votes(2))).toEqual({ kind: 'filed', tx: evidenceTransaction(votes(2)) })
    expect(desk.receive(encodeEvidence(votes(2)))).toEqual({ kind: 'enough' })
    expect(mempool.size().count).toBe(1)
  })

  test('keeps one proof for each offender, however many it makes', () => {
    const { desk, mempool } = createDesk()
    for (let n = 2; n < 40; n++) desk.receive(encodeEvidence(votes(3, [1, n])))
    desk.file(votes(4))
    expect([desk.size, mempool.size().count]).toEqual([2, 2])
  })

  test('refuses what is false, and what is none', () => {
    const { desk, mempool } = createDesk()
    expect(desk.file({ ...votes(2), offender: idOf(3) })).toEqual({ kind: 'refused', fault: 'bad-signature' })
    expect(() => desk.receive(Uint8Array.of(1, 2))).toThrow('evidence')
    expect(() => desk.receive(new Uint8Array(1_000_000))).toThrow('evidence')
    expect([desk.size, mempool.size().count]).toEqual([0, 0])
  })

  test('needs nothing more against one who is jailed', () => {
    const { desk, jailed } = createDesk()
    jailed.add(idOf(2))
    expect(desk.file(votes(2))).toEqual({ kind: 'enough' })
  })

  test('tries again with every block while the pool is full, and forgets what a block carried', () => {
    const { desk, mempool } = createDesk({ maxCount: 1 })
    mempool.add({ tx: txOf(1), producer: undefined, time: asMillis(0) })
    const tx = evidenceTransaction(votes(2))
    desk.file(votes(2))
    expect(mempool.has(tx.id)).toBe(false)
    mempool.remove([txOf(1).id])
    desk.settle(blockOn(root, 1, { transactions: [txOf(1)] }))
    expect(mempool.has(tx.id)).toBe(true)
    mempool.remove([tx.id])
    desk.settle(blockOn(root, 1, { transactions: [tx] }))
    expect([desk.size, mempool.size().count]).toEqual([0, 0])
  })

  test('makes proofs of double votes and double proposals, and of nothing else', () => {
    const signed = { hash: b1.hash, signature: new Uint8Array(64) }
    expect(evidenceOf({ kind: 'double-proposal', view: asView(1), proposer: idOf(1), first: signed, second: signed }, asEpoch(0))).toMatchObject({ kind: 'duplicate-proposal', offender: idOf(1), view: 1 })
    expect(evidenceOf({ kind: 'view-changed', view: asView(1) }, asEpoch(0))).toBeUndefined()
  })
})

test('a validator caught voting twice is jailed everywhere, leads no more, and its votes still count', () => {
  const cluster = createCluster(5)
  const at = (i: number): Node => cluster.nodes[i] as Node
  const give = (n: number): void => cluster.nodes.forEach((node) => { if (node.isUp) node.submitTx(txOf(n)) })
  const twin = blockOn(root, 1, { timestamp: asMillis(b1.header.timestamp + 1) })
  for (const block of [b1, twin]) learn(block)
  for (const block of [b1, twin]) cluster.deliver(at(0), idOf(3), { type: 'vote', vote: voteOf(3, block) })
  const report = at(0).reports.find(({ kind }) => kind === 'double-vote')
  const evidence = evidenceOf(report as never, asEpoch(0)) as Evidence
  for (const node of cluster.nodes) node.submitTx(evidenceTransaction(evidence))
  give(1)
  cluster.run(20_000)
  for (const node of cluster.nodes) expect(node.engine.status().standings[3]).toMatchObject({ isJailed: true, score: 0, evidence: 1 })

  for (let n = 2; n < 30; n++) {
    give(n)
    cluster.run(20_000)
  }
  const blocks = at(0).committed.map(({ block }) => block)
  const late = blocks.slice(-40)
  expect(late.map(({ header }) => header.proposer)).not.toContain(idOf(3))
  expect(at(0).committed.slice(-40).some(({ certificate }) => certificate.signatures.some(({ index }) => index === 3))).toBe(true)
  // Its turns go to the others at once: no view is lost on it.
  expect(late.flatMap(({ header }) => header.failedLeaders)).toEqual([])
  expect(new Set(cluster.nodes.map(({ engine }) => engine.status().stateRoot)).size).toBe(1)
})
