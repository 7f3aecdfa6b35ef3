import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import { evidenceOf, reportIdOf } from '../../domain/execution/testing/reports.js'
import type { DomainEvent, EventData } from '../../domain/events/schema.js'
import type { Height, UnixMillis } from '../../domain/ids.js'
import { verifyCommitEvent } from '../../domain/message/commit-event.js'
import { encodeEvidenceMessage } from '../../domain/message/evidence-event.js'
import { verifyEvidenceRequest } from '../../domain/message/evidence-request.js'
import { verifyReputationEvent } from '../../domain/message/reputation-event.js'
import { verifyPolicyUpdate } from '../../domain/message/policy-update.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import { CHAIN_STREAM, openEmbeddedLog, type EventLog } from '../../eventlog/index.js'
import { paramsOf, policyBytes, policyId } from '../../domain/policy/testing/policies.js'
import { anomalyStream, policyStream } from '../../eventlog/log.js'
import { createTestNetwork, NOW, testId } from '../../eventlog/recorder/testing/network.js'
import { uuidV5 } from '../../domain/uuid.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { takeRecords } from '../testing/transport-contract.js'
import { until } from '../testing/until.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import type { Transport, TransportRecord } from '../transport/transport.js'
import { openPublisherCheckpoint } from './checkpoint.js'
import { commitKey } from './commit-notice.js'
import { runControlPublisher } from './run-publisher.js'

const network = createTestNetwork()
const allowed = new Set(network.genesis.recorders.map(({ publicKey }) => publicKey))
const PRODUCER = bytesToHex((network.producers[0] as Signer).publicKey)
const admitted = (n: number): DomainEvent => ({ type: 'AnomalyAdmitted', data: { anomalyId: testId(n), by: { kind: 'receipt', receipt: { validator: hash(1), at: NOW, receipt: '' } }, at: NOW } })
const rejected = (n: number, code: RejectCode): DomainEvent => ({ type: 'AnomalyRejected', data: { anomalyId: testId(n), code, by: { kind: 'receipts', receipts: [{ validator: hash(1), at: NOW, receipt: '' }] }, at: NOW } })
const hash = (n: number): never => n.toString(16).padStart(64, '0') as never

function block(height: number, committed = height * 10, producerId: string | null = null): DomainEvent {
  const transaction = (n: number, status: 'success' | 'failed') => ({
    txId: hash(n), kind: 'event' as const, anomalyId: testId(n), status, code: status === 'failed' ? 'REPLAY' as const : null,
    producerId: producerId as never, nonce: null, contentHash: null, publicKey: null, signature: null, submittedAtSeconds: null,
  })
  return {
    type: 'BlockCommitted',
    data: {
      height: height as Height, blockHash: hash(height), parentHash: hash(height - 1), epoch: 0 as never, view: height as never, stateRoot: hash(900 + height),
      txRoot: hash(1), receiptsRoot: hash(2), proposer: hash(3), timestamp: NOW, header: '', justify: '', certificate: '', certificateView: height as never,
      certificateSigners: [], commitCertificate: '', transactions: [transaction(committed, 'success'), transaction(committed + 1, 'failed')], at: NOW as UnixMillis,
    },
  }
}

describe('the publisher of control topics', () => {
  const folder = temporaryFolder()
  let run = 0
  let path: string
  let log: EventLog
  let transport: Transport
  beforeEach(async () => {
    path = join(folder.path, String(run++))
    log = await openEmbeddedLog(join(path, 'log'))
    transport = await openEmbeddedTransport(join(path, 'topics'))
  })
  afterEach(async () => {
    await log.close()
    await transport.close()
    folder.remove()
  })

  /** One anomaly's life so far, as the recorder appends it. */
  const live = (n: number, producer: string | undefined, ...events: readonly DomainEvent[]) => {
    const published: DomainEvent = {
      type: 'AnomalyPublished',
      data: {
        anomalyId: testId(n), claimedId: null, authentic: producer !== undefined, origin: null, messageHash: hash(n), message: '', producerId: (producer ?? PRODUCER) as never, anomalyType: null,
        source: null, severity: null, confidence: null, detectedAtSeconds: null, contentHash: null, modelVersion: null, signScheme: null, at: NOW,
      },
    }
    return log.append([{ stream: anomalyStream(testId(n)), expected: 'none', events: [published, ...events].map((event, i) => ({ id: uuidV5(`life/${n}/${i}`), event })) }])
  }
  const commit = (height: number) => log.append([{ stream: CHAIN_STREAM, expected: height === 1 ? 'none' : height - 2, events: [{ id: uuidV5(`block/${height}`), event: block(height) }] }])
  const published = async (): Promise<number> => (await transport.endOffsets('control.commits.v1'))[0]?.offset ?? 0
  function start(through: Pick<Transport, 'send'> = transport) {
    const abort = new AbortController()
    const checkpoint = openPublisherCheckpoint(join(path, 'checkpoint'))
    let retries = 0
    const done = runControlPublisher({ log, transport: through, checkpoint, signer: network.recorder, signal: abort.signal, onRetry: () => { retries += 1 } })
    return {
      checkpoint, retries: () => retries,
      async stop() {
        abort.abort()
        await done
        await checkpoint.close()
      },
    }
  }

  it('publishes one signed notice a block, with the anomalies that succeeded', async () => {
    await commit(1)
    await commit(2)
    const publisher = start()
    await until('both are published', async () => (await published()) === 2)
    await publisher.stop()
    const records = await takeRecords(await transport.consume({ topics: ['control.commits.v1'], group: 'test' }), 2)
    records.forEach((record, i) => {
      expect(bytesToHex(record.key)).toBe(bytesToHex(commitKey((i + 1) as Height)))
      expect(record.headers).toMatchObject({ version: '1', type: 'commit' })
      expect(verifyCommitEvent(record.value, allowed, network.verify)).toMatchObject({
        ok: true, message: { height: i + 1, blockHash: hash(i + 1), stateRoot: hash(901 + i), txCount: 2, anomalyCount: 1, evidenceCount: 0, policyCount: 0, timestampSeconds: NOW / 1000, anomalyIds: [testId((i + 1) * 10)] },
      })
    })
  })

  it('goes on after its checkpoint and never publishes again what lies below', async () => {
    await commit(1)
    const first = start()
    await until('the first block is past', () => first.checkpoint.load().height === 1)
    await first.stop()
    await commit(2)
    const second = start()
    await until('the second block is past', () => second.checkpoint.load().height === 2)
    await second.stop()
    expect(await published()).toBe(2)
  })

  it('publishes nothing at or below its height, even when it reads the log from the beginning', async () => {
    await commit(1)
    await commit(2)
    const before = openPublisherCheckpoint(join(path, 'checkpoint'))
    await before.save({ position: 0, height: 1, silentBelow: 0 })
    await before.close()
    const publisher = start()
    await until('the second block is past', () => publisher.checkpoint.load().height === 2)
    await publisher.stop()
    const records = await takeRecords(await transport.consume({ topics: ['control.commits.v1'], group: 'test' }), await published())
    expect(records.map(({ key }) => bytesToHex(key))).toEqual([bytesToHex(commitKey(2 as Height))])
  })

  it('publishes again, with the same key, what it sent before its checkpoint was saved', async () => {
    await commit(1)
    const first = start()
    first.checkpoint.save = () => new Promise(() => undefined)
    await until('it is published', async () => (await published()) === 1)
    const second = start()
    await until('it is published again', async () => (await published()) === 2)
    await second.stop()
    const [one, two] = await takeRecords(await transport.consume({ topics: ['control.commits.v1'], group: 'test' }), 2)
    expect([two?.key, two?.value]).toEqual([one?.key, one?.value])
  })

  it('tries again until the transport takes the notice, in order', async () => {
    let failures = 3
    const flaky: Pick<Transport, 'send'> = { send: (records) => (failures-- > 0 ? Promise.reject(new Error('away')) : transport.send(records)) }
    await commit(1)
    await commit(2)
    const publisher = start(flaky)
    await until('both are published', async () => (await published()) === 2)
    await publisher.stop()
    expect(publisher.retries()).toBe(3)
  })

  const take = async (topic: string): Promise<readonly TransportRecord[]> => {
    const ends = await transport.endOffsets(topic)
    return takeRecords(await transport.consume({ topics: [topic], group: `look-${topic}` }), ends.reduce((sum, { offset }) => sum + offset, 0))
  }
  const count = async (topic: string): Promise<number> => (await transport.endOffsets(topic)).reduce((sum, { offset }) => sum + offset, 0)

  it('tells how validation of each anomaly ended, under its id, once however often the log is read', async () => {
    await live(1, PRODUCER, admitted(1))
    await live(2, PRODUCER, rejected(2, 'SKEW'))
    const publisher = start()
    await until('both are told', async () => (await count('control.evidence.v1')) === 2)
    await publisher.stop()
    const again = start()
    await live(3, PRODUCER, admitted(3))
    await until('the third is told', async () => (await count('control.evidence.v1')) === 3)
    await again.stop()
    const records = await take('control.evidence.v1')
    const told = records.map(({ value, key }) => {
      const check = verifyEvidenceRequest(value, allowed, network.verify)
      return check.ok ? { key: Buffer.from(key).toString(), id: check.message.anomalyId, accepted: check.message.evidenceAccepted, reason: check.message.rejectionReason, type: check.message.requestType } : check
    }).sort((a, b) => ('id' in a && 'id' in b ? a.id.localeCompare(b.id) : 0))
    const expected = [{ n: 1, accepted: true, reason: '' }, { n: 2, accepted: false, reason: 'SKEW' }, { n: 3, accepted: true, reason: '' }]
      .map(({ n, ...rest }) => ({ key: testId(n), id: testId(n), type: 'validation_result', ...rest })).sort((a, b) => a.id.localeCompare(b.id))
    expect(told).toEqual(expected)
  })

  it("tells a producer's standing where it changed, keeps its books over a restart, and charges nobody for a stranger's message", async () => {
    await live(1, PRODUCER, rejected(1, 'HASH_MISMATCH'))
    await live(2, undefined, rejected(2, 'HASH_MISMATCH'))
    await live(3, PRODUCER, rejected(3, 'REPLAY'))
    const first = start()
    await until('the fall is told', async () => (await count('control.reputation.v1')) === 1)
    await until('and kept', () => first.checkpoint.load().position > 0)
    await first.stop()
    // The refused message is committed after all: nothing is held against its producer any more.
    await log.append([{ stream: CHAIN_STREAM, expected: 'none', events: [{ id: uuidV5('block/1'), event: block(1, 1, PRODUCER) }] }])
    const second = start()
    await until('the rise is told', async () => (await count('control.reputation.v1')) === 2)
    await second.stop()
    const records = await take('control.reputation.v1')
    expect(records.map(({ key }) => bytesToHex(key))).toEqual([PRODUCER, PRODUCER])
    expect(records.map(({ value }) => verifyReputationEvent(value, allowed, network.verify))).toMatchObject([
      { ok: true, message: { subject: PRODUCER, messageId: testId(1), score: 50, reason: 'HASH_MISMATCH', blockHeight: 0 } },
      { ok: true, message: { subject: PRODUCER, messageId: testId(1), score: 100, reason: 'COMMITTED', blockHeight: 1 } },
    ])
  })

  it('reads the books again for a folder of a version that told commits alone, and sends none of it', async () => {
    await live(1, PRODUCER, rejected(1, 'HASH_MISMATCH'))
    await commit(1)
    const old = openLmdb(join(path, 'checkpoint'))
    const points = old.openDB({ name: 'points', encoding: 'json' })
    await points.put('commits', { position: await log.length(), height: 1 })
    await old.close()
    const publisher = start()
    await live(2, PRODUCER, rejected(2, 'HASH_MISMATCH'))
    await until('what is new is told', async () => (await count('control.reputation.v1')) === 1)
    await publisher.stop()
    expect([await published(), await count('control.evidence.v1')]).toEqual([0, 1])
    // Two refusals count, the one before the books were kept too.
    expect((await take('control.reputation.v1')).map(({ value }) => verifyReputationEvent(value, allowed, network.verify))).toMatchObject([{ message: { score: 33 } }])
  })

  it("tells an analyst's verdict to the producer of the anomaly, and how each report ended", async () => {
    await live(1, PRODUCER, admitted(1))
    await live(2, PRODUCER)
    const report = (n: number, verdict: 'true_positive' | 'false_positive' | undefined, outcome: EventData<'ReportRecorded'>['outcome'], of = 1): DomainEvent => ({
      type: 'ReportRecorded',
      data: {
        reportId: testId(n), evidenceType: verdict === undefined ? 'capture' : 'verdict', refs: [], anomalyIds: [testId(1)], messageHash: hash(n), message: '', reporterId: hash(7), signScheme: 'v2',
        contentHash: hash(n), proofBytes: 1, reportedAtSeconds: 1, custody: [{ actorId: hash(7), atSeconds: 1 }],
        ...(verdict === undefined ? {} : { verdict: { anomalyId: testId(of), incidentId: 'i', verdict, notes: 'seen' } }),
        placement: { height: 4 as Height, blockHash: hash(3), txIndex: 0, txId: hash(n) }, outcome, at: NOW,
      },
    })
    const reports = [report(21, 'true_positive', { kind: 'applied' }), report(22, 'false_positive', { kind: 'applied' }), report(23, 'true_positive', { kind: 'failed', code: 'REPLAY' }), report(24, undefined, { kind: 'applied' }), report(25, 'false_positive', { kind: 'applied' }, 2)]
    for (const [i, event] of reports.entries()) await log.append([{ stream: `report-${i}`, expected: 'none', events: [{ id: uuidV5(`report/${i}`), event }] }])
    const refused = (n: number, message: Uint8Array): DomainEvent => ({
      type: 'MessageRefused',
      data: {
        kind: 'report', origin: { topic: 'ai.evidence.v1', partition: 0, offset: n }, messageHash: hash(n), message: Buffer.from(message).toString('base64'), code: 'SKEW',
        receipts: [{ validator: hash(1), at: NOW, receipt: '' }], at: NOW,
      },
    })
    const letters = [refused(31, encodeEvidenceMessage(evidenceOf(31))), refused(32, Buffer.from('junk'))]
    for (const [i, event] of letters.entries()) await log.append([{ stream: `refused-${i}`, expected: 'none', events: [{ id: uuidV5(`refused/${i}`), event }] }])
    const publisher = start()
    await until('all are told', async () => (await count('control.evidence.v1')) === 7 && (await count('control.reputation.v1')) === 3)
    await publisher.stop()
    expect((await take('control.reputation.v1')).map(({ value }) => verifyReputationEvent(value, allowed, network.verify))).toMatchObject([
      { ok: true, message: { subject: PRODUCER, messageId: testId(1), score: 100, confirmed: true, falsePositive: false, reason: 'VERDICT_TRUE_POSITIVE', analystNotes: 'seen' } },
      { ok: true, message: { confirmed: false, falsePositive: true, reason: 'VERDICT_FALSE_POSITIVE', score: 100 } },
      // Nobody contradicts this one: the label of the first anomaly is a tie, that of the second is not.
      { ok: true, message: { messageId: testId(2), score: 83, falsePositive: true } },
    ])
    const told = (await take('control.evidence.v1')).map(({ value }) => verifyEvidenceRequest(value, allowed, network.verify))
    const ends = told.flatMap((check) => (check.ok && check.message.evidenceId !== '' ? [[check.message.evidenceId, check.message.evidenceAccepted, check.message.rejectionReason, check.message.blockHeight]] : []))
    expect(new Set(ends.map((end) => JSON.stringify(end)))).toEqual(new Set([[testId(21), true, '', 4], [testId(22), true, '', 4], [testId(23), false, 'REPLAY', 4], [testId(24), true, '', 4], [testId(25), true, '', 4], [reportIdOf(31), false, 'SKEW', 0]].map((end) => JSON.stringify(end))))
  })

  it('tells of a policy that was applied, with the committed message, and of none that failed', async () => {
    const message = policyBytes(1, { from: 5, until: 9 })
    const record = (n: number, outcome: 'applied' | 'failed'): DomainEvent => ({
      type: 'PolicyRecorded',
      data: {
        policyId: policyId(n), messageHash: hash(n), message: Buffer.from(message).toString('base64'), action: 'update', rule: 'threshold', params: paramsOf(n, { from: 5, until: 9 }),
        effectiveHeight: 5 as Height, expirationHeight: 9 as Height, rollbackOf: null, authority: hash(1), authorityName: null, issuedAtSeconds: 1,
        placement: { height: 3 as Height, blockHash: hash(3), txIndex: 0, txId: hash(n) }, outcome, code: outcome === 'failed' ? 'REPLAY' : null, at: NOW,
      },
    })
    for (const [n, outcome] of [[1, 'applied'], [2, 'failed']] as const) {
      await log.append([{ stream: policyStream(policyId(n)), expected: 'none', events: [{ id: uuidV5(`policy/${n}`), event: record(n, outcome) }] }])
    }
    const publisher = start()
    await until('it is told', async () => (await count('control.policy.v1')) === 1)
    await until('both are past', () => publisher.checkpoint.load().position === 2)
    await publisher.stop()
    const [told] = await take('control.policy.v1') as [TransportRecord]
    const check = verifyPolicyUpdate(told.value, allowed, network.verify)
    expect(check).toMatchObject({ ok: true, message: { policyId: policyId(1), action: 'update', ruleType: 'threshold', effectiveHeight: 5, expirationHeight: 9, rollbackOf: '', timestampSeconds: NOW / 1000 } })
    expect(check.ok && Buffer.from(check.message.ruleData).toString()).toBe(paramsOf(1, { from: 5, until: 9 }))
    expect(Buffer.from(told.key).toString()).toBe(policyId(1))
    // By it a detector knows the transaction.
    expect(told.headers['policy_message']).toBe(Buffer.from(message).toString('base64'))
  })

  it('carries many events in few sends', async () => {
    for (let n = 0; n < 300; n++) await live(n, PRODUCER, admitted(n))
    const sizes: number[] = []
    const publisher = start({ send(records) {
      sizes.push(records.length)
      return transport.send(records)
    } })
    await until('all are told', async () => (await count('control.evidence.v1')) === 300)
    await publisher.stop()
    expect(sizes.length).toBeLessThanOrEqual(3)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(300)
  })
})
