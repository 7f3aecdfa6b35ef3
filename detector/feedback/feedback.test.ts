import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { utf8ToBytes } from '../../domain/bytes.js'
import { createBlock } from '../../domain/block.js'
import { receiptsRootOf } from '../../domain/execution/tx-receipt.js'
import { asHeight, asView, type AnomalyId, type StateRoot } from '../../domain/ids.js'
import { decodeAnomaly } from '../../domain/message/anomaly.js'
import { encodeEvidenceRequest, signEvidenceRequest, validationResult } from '../../domain/message/evidence-request.js'
import { encodeReputationEvent, signReputationEvent } from '../../domain/message/reputation-event.js'
import { policyBytes, policyId } from '../../domain/policy/testing/policies.js'
import { createTransaction } from '../../domain/transaction.js'
import { createTestChain } from '../../eventlog/recorder/testing/chain.js'
import { createTestNetwork, signerOf, testId } from '../../eventlog/recorder/testing/network.js'
import type { CertifiedBlock } from '../../eventlog/recorder/ports.js'
import { temporaryFolder } from '../../ingest/testing/temporary-folder.js'
import { until } from '../../ingest/testing/until.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import { TOPICS, type OutgoingRecord, type Transport } from '../../ingest/transport/transport.js'
import { createDetectorFeedback, type DetectorFeedback, type FeedbackOptions } from './feedback.js'
import { openFeedbackStore, type FeedbackStore } from './store.js'
import { commitRecord, policyRecord } from './testing/told.js'

const network = createTestNetwork()
const { recorder } = network
const stranger = signerOf('stranger')
const txOf = (bytes: Uint8Array) => createTransaction('event', bytes).id
const messages = [1, 2, 3, 4].map((n) => network.message({ id: testId(n) }))
const chain = createTestChain(network)
chain.add(messages.slice(0, 2))
// A gap in the views: the second block is committed by the certificate that commits the third.
chain.add(messages.slice(2, 3))
chain.add(messages.slice(3), { skipViews: 2 })
chain.add([])
chain.add([])
const [first, second, third, fourth] = chain.committed() as [CertifiedBlock, CertifiedBlock, CertifiedBlock, CertifiedBlock]

/** A block with these policies, certified and committed; executed or not is not what a detector can see. */
function policyBlock(height: number, policies: readonly Uint8Array[], failed: readonly number[] = []): CertifiedBlock {
  const parent = first.block
  const transactions = policies.map((bytes) => createTransaction('policy', bytes))
  const receipts = transactions.map(({ id }, i) => (failed.includes(i) ? { txId: id, status: 'failed' as const, code: 'REPLAY' as const } : { txId: id, status: 'success' as const }))
  const view = asView(100 + height)
  const content = { ...parent.header, failedLeaders: [], justify: parent.justify, view, height: asHeight(height), transactions, receiptsRoot: receiptsRootOf(receipts), stateRoot: first.block.hash as string as StateRoot }
  const block = createBlock(content)
  const child = createBlock({ ...content, transactions: [], parentHash: block.hash, view: asView(view + 1), height: asHeight(height + 1) })
  return { block, receipts, certificate: chain.certify(block, parent), commitCertificate: chain.certify(child, block), headers: [] }
}

const validation = (anomalyId: AnomalyId, code: string | undefined, signer = recorder, requestId = `r-${anomalyId}-${code ?? ''}`): OutgoingRecord => ({
  topic: TOPICS.validations.name, key: utf8ToBytes(anomalyId),
  value: encodeEvidenceRequest(signEvidenceRequest(validationResult({ requestId, about: { anomalyId }, code, timestampSeconds: 1, blockHeight: asHeight(0) }), signer)),
})

describe('feedback from the control topics', () => {
  const folder = temporaryFolder()
  afterAll(() => folder.remove())
  let run = 0
  let path: string
  let transport: Transport
  let now: number
  beforeEach(async () => {
    path = join(folder.path, String(run++))
    now = 1000
    transport = await openEmbeddedTransport(join(path, 'topics'))
  })
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
    await transport.close()
  })

  function start(options: Partial<FeedbackOptions> = {}): DetectorFeedback & { stop(): Promise<void> } {
    const abort = new AbortController()
    const feedback = createDetectorFeedback({ transport, name: 'd', genesis: network.genesis, verify: network.verify, clock: () => now, ...options })
    const running = feedback.run(abort.signal)
    const stop = async (): Promise<void> => {
      abort.abort()
      await running
    }
    stops.push(stop)
    return { ...feedback, stop }
  }
  const expectAll = (feedback: DetectorFeedback): void => messages.forEach((bytes, i) => feedback.expect(testId(i + 1), txOf(bytes)))
  const tell = (...records: readonly OutgoingRecord[]): Promise<unknown> => transport.send(records)
  const store = (): FeedbackStore => {
    const opened = openFeedbackStore(join(path, 'store'))
    stops.push(() => opened.close())
    return opened
  }

  it('counts a commit when the certificate proves it, a block with a gap in the views once its descendant has come', async () => {
    const feedback = start()
    expectAll(feedback)
    await tell(commitRecord(first, recorder, [testId(1), testId(2)]))
    await until('the first is heard', () => feedback.status().notices === 1)
    await tell(commitRecord(second, recorder, [testId(3)]))
    await until('the second waits', () => feedback.status().waiting === 1)
    expect(feedback.status()).toMatchObject({ height: 1, own: { COMMITTED: 2, PUBLISHED: 2 } })
    await tell(commitRecord(third, recorder, [testId(4)]))
    await until('both count', () => feedback.status().height === 3)
    expect(feedback.status()).toMatchObject({ notices: 3, waiting: 0, ownCommitted: 4, falseClaims: 0, refused: {}, own: { COMMITTED: 4, PUBLISHED: 0 } })
  })

  it('believes no recorder about a commit that no quorum made, and names each lie', async () => {
    const feedback = start()
    expectAll(feedback)
    const honest = commitRecord(first, recorder, [testId(1), testId(2)])
    const bare: OutgoingRecord = { ...honest, headers: { version: '1', type: 'commit' } }
    const few = { ...first, commitCertificate: { ...first.commitCertificate, signatures: first.commitCertificate.signatures.slice(0, 3) } }
    await tell(
      bare, { ...honest, headers: { ...honest.headers, block_header: 'AAAA' } }, commitRecord(few, recorder),
      commitRecord(first, recorder, [], { stateRoot: first.block.hash as string as StateRoot }),
      commitRecord({ ...first, receipts: first.receipts.slice(1) }, recorder, [], { txCount: 1 }),
      // The certificate of another block, which commits nothing here.
      commitRecord({ ...third, commitCertificate: first.commitCertificate }, recorder),
      commitRecord({ ...fourth, block: { ...fourth.block, header: { ...fourth.block.header, chainId: first.block.hash as never } } }, recorder),
      commitRecord(first, stranger), { ...honest, key: utf8ToBytes('k') }, { ...honest, value: utf8ToBytes('junk') },
    )
    const refused = {
      'PROOF/missing': 1, 'PROOF/unreadable': 1, 'PROOF/bad-certificate': 1, 'PROOF/wrong-block': 1, 'PROOF/wrong-receipts': 1, 'PROOF/not-committed': 1, 'PROOF/wrong-chain': 1,
      'UNKNOWN_PRODUCER/pubkey': 1, 'MALFORMED/key': 1, 'MALFORMED/message': 1,
    }
    await until('all are refused', () => Object.values(feedback.status().refused).reduce((sum, count) => sum + count, 0) === 10)
    expect(feedback.status()).toMatchObject({ refused, height: 0, notices: 0, own: { PUBLISHED: 4, COMMITTED: 0 } })
    // A true block with a false word in its notice: the block counts, the word does not.
    await tell(commitRecord(first, recorder, [testId(1), testId(4)]))
    await until('the block counts', () => feedback.status().height === 1)
    expect(feedback.status()).toMatchObject({ falseClaims: 1, own: { COMMITTED: 2, PUBLISHED: 2 } })
    expect(feedback.stateOf(testId(4))).toBe('PUBLISHED')
  })

  it('counts what is told again, and what contradicts, and neither twice', async () => {
    const feedback = start()
    expectAll(feedback)
    const record = commitRecord(first, recorder, [testId(1)])
    await tell(record, record, commitRecord(first, recorder, [], { blockHash: second.block.hash }))
    await tell(validation(testId(3), undefined), validation(testId(3), undefined), validation(testId(3), 'SKEW', recorder, `r-${testId(3)}-`), validation(testId(4), 'SKEW', stranger))
    await until('all are heard', () => feedback.status().contradicting === 1 && Object.keys(feedback.status().validations.refused).length === 1)
    expect(feedback.status()).toMatchObject({
      notices: 1, repeated: 1, contradicting: 1, own: { COMMITTED: 2, ADMITTED: 1, REJECTED: 0, PUBLISHED: 1 },
      validations: { notices: 1, repeated: 1, contradicting: 1, refused: { 'UNKNOWN_PRODUCER/pubkey': 1 } },
    })
  })

  it('follows its own anomalies whatever order the topics come in, by reason, and calls time-outs by its own clock', async () => {
    const feedback = start({ own: { timeoutMs: 5000 } })
    expectAll(feedback)
    await tell(validation(testId(1), 'SKEW'), validation(testId(2), undefined), validation(testId(3), 'REPLAY'), validation(testId(99), undefined))
    await until('outcomes are heard', () => feedback.status().validations.notices + feedback.status().validations.ofOthers === 4)
    expect(feedback.status().validations).toMatchObject({ notices: 3, ofOthers: 1 })
    expect(feedback.status().own).toMatchObject({ REJECTED: 2, ADMITTED: 1, PUBLISHED: 1, rejectedBy: { SKEW: 1, REPLAY: 1 } })
    now += 5000
    expect(feedback.status().own).toMatchObject({ TIMEOUT: 2, REJECTED: 2 })
    // A quorum outranks a clock and a refusal, and a late admission takes nothing back.
    await tell(commitRecord(first, recorder))
    await until('the block is heard', () => feedback.status().height === 1)
    await tell(validation(testId(2), undefined, recorder, 'again'))
    await until('the late word is heard', () => feedback.status().validations.notices === 4)
    expect(feedback.status().own).toEqual({ PUBLISHED: 0, ADMITTED: 0, COMMITTED: 2, REJECTED: 1, TIMEOUT: 1, rejectedBy: { REPLAY: 1 }, forgotten: 0 })
  })

  it('forgets the oldest of its anomalies when there are too many, and counts them', async () => {
    const feedback = start({ own: { maxRemembered: 2 } })
    expectAll(feedback)
    expect(feedback.status().own).toMatchObject({ PUBLISHED: 4, forgotten: 2 })
    await tell(commitRecord(first, recorder))
    await until('the block is heard', () => feedback.status().height === 1)
    expect(feedback.status().ownCommitted).toBe(0)
  })

  it('shows its own standing and no other', async () => {
    const self = network.genesis.producers[0]?.publicKey as never
    const feedback = start({ producer: self })
    const said = (subject: string, score: number, verdict = {}): OutgoingRecord => {
      const draft = {
        messageId: 'm', subject: subject as never, messageType: 'anomaly', score, reason: 'HASH_MISMATCH', confirmed: false, falsePositive: false, analystNotes: '',
        incidentSeverity: 0, preventedAttack: false, timestampSeconds: score, blockHeight: asHeight(1), ...verdict,
      }
      return { topic: TOPICS.reputation.name, key: Buffer.from(subject, 'hex'), value: encodeReputationEvent(signReputationEvent(draft, recorder)) }
    }
    await tell(said(self, 50), said(network.genesis.producers[1]?.publicKey as string, 7), said(self, 60, { confirmed: true }), said(self, 60, { falsePositive: true }))
    await until('all are heard', () => feedback.status().reputation.contradicting === 1)
    expect(feedback.status().reputation).toMatchObject({ standing: 60, confirmed: 1, falsePositives: 0, notices: 2, ofOthers: 1 })
  })

  describe('policies', () => {
    const floor = policyBytes(1, { subject: { kind: 'severity', value: 9 }, from: 3, until: 9 })
    const white = policyBytes(2, { action: 'add', rule: 'whitelist', subject: { addresses: ['10.0.0.1'] }, from: 1 })
    const inForce = (feedback: DetectorFeedback): string[] => feedback.status().policies.inForce.map(({ policyId: id }) => id)

    it('change something only when a proven block holds them, whichever comes first, at their height and until their end', async () => {
      const feedback = start()
      await tell(policyRecord(floor, recorder))
      await until('the update waits', () => feedback.status().policies.unproven === 1)
      await tell(commitRecord(policyBlock(2, [floor, white]), recorder))
      await until('its block is heard', () => feedback.status().policies.known === 1)
      expect(inForce(feedback)).toEqual([])
      await tell(policyRecord(white, recorder))
      await until('the second is known', () => feedback.status().policies.known === 2)
      expect(inForce(feedback)).toEqual([policyId(2)])
      expect(feedback.rules()).toMatchObject({ leastSeverity: 0, whitelist: { size: 1 } })
      await tell(commitRecord(policyBlock(3, []), recorder))
      await until('the height is reached', () => feedback.status().height === 3)
      expect(inForce(feedback)).toEqual([policyId(2), policyId(1)])
      expect(feedback.rules()).toMatchObject({ leastSeverity: 9 })
      await tell(commitRecord(policyBlock(9, []), recorder))
      await until('the end is reached', () => feedback.status().height === 9)
      expect(feedback.rules()).toMatchObject({ leastSeverity: 0, whitelist: { size: 1 } })
    })

    it('change nothing when they failed, are not in the block, come from a stranger, or say something else than was committed', async () => {
      const feedback = start()
      const list = (n: number, address: string) => policyBytes(n, { action: 'add', rule: 'whitelist', subject: { addresses: [address] }, from: 1 })
      const failed = list(3, '10.0.0.1')
      const absent = list(4, '10.0.0.1')
      const { headers: _headers, ...bare } = policyRecord(white, recorder)
      await tell(
        policyRecord(failed, recorder), policyRecord(absent, recorder), policyRecord(white, stranger), bare,
        policyRecord(white, recorder, list(2, '10.0.0.66')), { ...policyRecord(white, recorder), key: utf8ToBytes('other') },
      )
      await tell(commitRecord(policyBlock(2, [white, failed], [1]), recorder))
      await until('the block is heard', () => feedback.status().height === 2)
      await until('all are heard', () => Object.values(feedback.status().policies.refused).reduce((sum, count) => sum + count, 0) === 4)
      expect(feedback.status().policies).toMatchObject({
        known: 0, unproven: 2, inForce: [], refused: { 'UNKNOWN_PRODUCER/pubkey': 1, 'PROOF/missing': 1, 'PROOF/other-policy': 1, 'MALFORMED/key': 1 },
      })
      expect(feedback.rules().whitelist.size).toBe(0)
    })

    it('are kept over a restart, with the height, and nothing is heard twice; without the store all is read again', async () => {
      const one = store()
      const before = start({ store: one })
      await tell(policyRecord(floor, recorder), policyRecord(white, recorder), commitRecord(policyBlock(3, [white]), recorder))
      await until('it is known', () => before.status().policies.known === 1 && before.status().policies.unproven === 1)
      await before.stop()
      const after = start({ store: one })
      expect(after.status()).toMatchObject({ height: 3, policies: { known: 1, unproven: 1, notices: 0 } })
      expect(after.rules().whitelist.has('10.0.0.1')).toBe(true)
      // The publisher died before it saved its checkpoint, and sends the same bytes again.
      await tell(policyRecord(white, recorder), commitRecord(policyBlock(3, [white]), recorder), commitRecord(policyBlock(4, [floor]), recorder))
      await until('the rest is known', () => after.status().policies.known === 2)
      expect(after.status()).toMatchObject({ repeated: 1, policies: { repeated: 1, contradicting: 0 } })
      await after.stop()
      const another = start()
      await until('all is read again', () => another.status().height === 4 && another.status().policies.known === 2)
      expect(inForce(another)).toEqual([policyId(2), policyId(1)])
    })

    it('count for their signature alone where the configuration says so', async () => {
      const feedback = start({ verifyCertificates: false })
      expectAll(feedback)
      const strip = ({ headers: _headers, ...record }: OutgoingRecord): OutgoingRecord => record
      await tell(strip(policyRecord(white, recorder)), strip(policyRecord(white, stranger)), strip(commitRecord(first, recorder, [testId(1)])))
      await until('both are heard', () => feedback.status().height === 1 && feedback.status().policies.notices === 1)
      expect(feedback.status().own.COMMITTED).toBe(1)
      expect(inForce(feedback)).toEqual([policyId(2)])
    })
  })

  it('the ids in the tests are those of the messages', () => {
    expect(messages.map((bytes) => decodeAnomaly(bytes))).toMatchObject([1, 2, 3, 4].map((n) => ({ ok: true, message: { id: testId(n) } })))
  })
})
