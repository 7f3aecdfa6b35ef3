/**
 * A small history by hand: five anomalies that end in every way there is, three blocks, two validators. And a
 * generator of long histories for rebuild figures.
 */
import { encodeReceipt } from '../../domain/receipt.js'
import { sha256Hex } from '../../domain/hash.js'
import type { DomainEvent, EventData } from '../../domain/events/schema.js'
import {
  asAnomalyId, asEpoch, asHeight, asHex32, asMillis, asView, type BlockHash, type Hex32, type ProducerId, type StateRoot, type TxId, type ValidatorId,
} from '../../domain/ids.js'
import { bytesToHex, utf8ToBytes } from '../../domain/bytes.js'
import { anomalyRef } from '../../domain/message/anomaly-ref.js'
import type { VerdictKind } from '../../domain/verdict/verdict.js'
import { uuidV5 } from '../../domain/uuid.js'
import { anomalyStream, CHAIN_STREAM, OPERATOR_STREAM, policyStream, refusedStream, reportStream, validatorStream, type EventLog, type StreamAppend } from '../../eventlog/log.js'

export const T0 = 1_760_595_055_000
export const at = (second: number) => asMillis(T0 + second * 1000)
export const hash = (name: string): Hex32 => asHex32<Hex32>(sha256Hex(utf8ToBytes(name)))
const hashAs = <T extends string>(name: string): T => asHex32<T>(hash(name))
export const anomalyId = (name: string) => asAnomalyId(uuidV5(`anomaly/${name}`))
export const VALIDATORS = ['one', 'two'].map((name) => hashAs<ValidatorId>(`validator/${name}`)) as [ValidatorId, ValidatorId]
export const PRODUCER = asHex32<ProducerId>(hash('producer'))

export const registered = (index: 0 | 1): DomainEvent => ({
  type: 'ValidatorRegistered',
  data: { validatorId: VALIDATORS[index], publicKey: hash(`key/${index}`), name: `validator-${index}`, peerId: `peer-${index}`, chainId: hash('chain'), at: at(0) },
})

export function published(name: string, second: number, more: Partial<EventData<'AnomalyPublished'>> = {}): DomainEvent {
  return {
    type: 'AnomalyPublished',
    data: {
      anomalyId: anomalyId(name), claimedId: null, authentic: true, origin: { topic: 'ai.anomalies.v1', partition: 1, offset: second },
      messageHash: hash(`message/${name}`), message: 'AAEC', producerId: PRODUCER, anomalyType: 'ddos', source: 'detector-1', severity: 8, confidence: 0.93,
      detectedAtSeconds: T0 / 1000 + second, contentHash: hash(`content/${name}`), modelVersion: '1.0.0', signScheme: 'v1', at: at(second), ...more,
    },
  }
}

function receiptOf(name: string, second: number, index: 0 | 1, isAdmitted: boolean) {
  const bytes = encodeReceipt({
    validator: VALIDATORS[index], sequence: second, origin: { topic: 'ai.anomalies.v1', partition: 1, offset: second }, messageHash: hash(`message/${name}`),
    verdict: isAdmitted ? { kind: 'admitted' } : { kind: 'rejected', code: 'INVALID_SIGNATURE' }, at: at(second), signature: new Uint8Array(64).fill(index + 1),
  })
  return { validator: VALIDATORS[index], at: at(second), receipt: Buffer.from(bytes).toString('base64') }
}

export const admitted = (name: string, second: number): DomainEvent =>
  ({ type: 'AnomalyAdmitted', data: { anomalyId: anomalyId(name), by: { kind: 'receipt', receipt: receiptOf(name, second, 0, true) }, at: at(second) } })

export const rejected = (name: string, second: number): DomainEvent => ({
  type: 'AnomalyRejected',
  data: {
    anomalyId: anomalyId(name), code: 'INVALID_SIGNATURE', at: at(second),
    by: { kind: 'receipts', receipts: [receiptOf(name, second, 0, false), receiptOf(name, second, 1, false)] },
  },
})

export const timedOut = (name: string, second: number): DomainEvent =>
  ({ type: 'AnomalyTimedOut', data: { anomalyId: anomalyId(name), waitedForMs: 30_000, stage: 'PUBLISHED', at: at(second) } })

export const expired = (name: string, second: number): DomainEvent =>
  ({ type: 'AnomalyExpired', data: { anomalyId: anomalyId(name), validUntil: at(second - 1), at: at(second) } })

export function committed(name: string, height: number, txIndex: number, second: number): DomainEvent {
  const placement = { height: asHeight(height), blockHash: hashAs<BlockHash>(`block/${height}`), txIndex, txId: hashAs<TxId>(`tx/${name}`) }
  return { type: 'AnomalyCommitted', data: { anomalyId: anomalyId(name), placement, view: asView(height + 10), blockTimestamp: at(second), at: at(second) } }
}

export function block(height: number, names: readonly string[], second: number, signers: readonly ValidatorId[] = VALIDATORS): DomainEvent {
  return {
    type: 'BlockCommitted',
    data: {
      height: asHeight(height), blockHash: hashAs<BlockHash>(`block/${height}`), parentHash: hashAs<BlockHash>(`block/${height - 1}`), epoch: asEpoch(0), view: asView(height + 10),
      // Blocks without transactions leave the state as it was.
      stateRoot: hashAs<StateRoot>(names.length === 0 ? 'state/same' : `state/${height}`), txRoot: hash(`txs/${height}`), receiptsRoot: hash(`receipts/${height}`),
      proposer: VALIDATORS[height % 2] as ValidatorId, timestamp: at(second), header: 'aGVhZGVy', justify: 'anVzdGlmeQ==', certificate: 'Y2VydGlmaWNhdGU=',
      certificateView: asView(height + 10), certificateSigners: [...signers], commitCertificate: 'Y29tbWl0',
      transactions: names.map((name) => ({
        txId: hashAs<TxId>(`tx/${name}`), kind: 'event' as const, anomalyId: anomalyId(name), status: name === 'bad' ? 'failed' as const : 'success' as const,
        code: name === 'bad' ? 'HASH_MISMATCH' as const : null, producerId: PRODUCER, nonce: '00'.repeat(16), contentHash: hash(`content/${name}`),
        publicKey: PRODUCER, signature: 'ab'.repeat(64), submittedAtSeconds: T0 / 1000 + second,
      })),
      at: at(second),
    },
  }
}

export const operatorAction = (second: number): DomainEvent => ({
  type: 'OperatorActionRecorded',
  data: { actor: 'alice', action: 'export', resource: 'calibration', result: 'success', reason: 'weekly', fields: { rows: '5' }, at: at(second) },
})

export const ANALYSTS = ['one', 'two'].map((name) => hashAs<ProducerId>(`analyst/${name}`)) as [ProducerId, ProducerId]
export const reportId = (name: string) => asAnomalyId(uuidV5(`report/${name}`))

/** Evidence about these anomalies that block `height` carries; accepted unless `more` says otherwise. */
export function reported(name: string, anomalies: readonly string[], height: number, second: number, more: Partial<EventData<'ReportRecorded'>> = {}): DomainEvent {
  const anomalyIds = anomalies.map(anomalyId)
  return {
    type: 'ReportRecorded',
    data: {
      reportId: reportId(name), evidenceType: 'pcap', refs: anomalyIds.map((id) => bytesToHex(anomalyRef(id)) as Hex32), anomalyIds, messageHash: hash(`report/${name}`), message: 'AAEC',
      reporterId: PRODUCER, signScheme: 'v2', contentHash: hash(`proof/${name}`), proofBytes: 3, reportedAtSeconds: T0 / 1000 + second,
      custody: [{ actorId: hashAs<ProducerId>('sensor'), atSeconds: T0 / 1000 + second - 10 }, { actorId: PRODUCER, atSeconds: T0 / 1000 + second }],
      placement: { height: asHeight(height), blockHash: hashAs<BlockHash>(`block/${height}`), txIndex: 0, txId: hashAs<TxId>(`tx/report/${name}`) },
      outcome: { kind: 'applied' }, at: at(second), ...more,
    },
  }
}

export function judged(name: string, anomaly: string, verdict: VerdictKind, analyst: 0 | 1, height: number, second: number, more: { readonly supersedes?: string; readonly duplicateOf?: string; readonly notes?: string } = {}): DomainEvent {
  const { supersedes, duplicateOf, notes } = more
  return reported(name, [anomaly, ...(duplicateOf === undefined ? [] : [duplicateOf])], height, second, {
    evidenceType: 'verdict', reporterId: ANALYSTS[analyst], custody: [{ actorId: ANALYSTS[analyst], atSeconds: T0 / 1000 + second }],
    verdict: {
      anomalyId: anomalyId(anomaly), incidentId: `incident ${anomaly}`, verdict, ...(supersedes === undefined ? {} : { supersedes: reportId(supersedes) }),
      ...(duplicateOf === undefined ? {} : { duplicateOf: anomalyId(duplicateOf) }), ...(notes === undefined ? {} : { notes }),
    },
  })
}

/** `a` is committed, `b` rejected, `c` timed out and then committed all the same, `d` expired, `e` is in flight. */
export const SAMPLE: readonly DomainEvent[] = [
  registered(0), registered(1),
  published('a', 1), published('b', 1, { authentic: false, anomalyType: 'port_scan', severity: 3 }), published('c', 2),
  admitted('a', 2), rejected('b', 3),
  block(1, ['a'], 4), committed('a', 1, 0, 4),
  timedOut('c', 32), published('d', 33), admitted('d', 34),
  block(2, [], 35), block(3, ['c'], 36, [VALIDATORS[0]]), committed('c', 3, 0, 36),
  expired('d', 400), published('e', 401), operatorAction(402),
]

export const streamOf = ({ type, data }: DomainEvent): string => {
  switch (type) {
    case 'ValidatorRegistered': return validatorStream(data.validatorId)
    case 'BlockCommitted': return CHAIN_STREAM
    case 'OperatorActionRecorded': return OPERATOR_STREAM
    case 'PolicyRecorded':
    case 'PolicyLapsed': return policyStream(data.policyId)
    case 'MessageRefused': return refusedStream(data.messageHash)
    case 'ReportRecorded': return reportStream(data.reportId)
    default: return anomalyStream(data.anomalyId)
  }
}

export const appendsOf = (events: readonly DomainEvent[], firstId = 0): StreamAppend[] =>
  events.map((event, i) => ({ stream: streamOf(event), expected: 'any', events: [{ id: uuidV5(`sample/${firstId + i}`), event }] }))

export async function appendSample(log: EventLog, events: readonly DomainEvent[] = SAMPLE, firstId = 0): Promise<void> {
  const result = await log.append(appendsOf(events, firstId))
  if (result.kind !== 'appended') throw new Error(`sample was not appended: ${result.kind}`)
}

/** `count` anomalies, published, admitted and committed, 50 a block: 3 events an anomaly and one a block. */
export function longHistory(count: number): DomainEvent[] {
  const events: DomainEvent[] = [registered(0), registered(1)]
  for (let first = 0; first < count; first += 50) {
    const names = Array.from({ length: Math.min(50, count - first) }, (_, i) => `long-${first + i}`)
    const height = first / 50 + 1
    events.push(...names.map((name) => published(name, height)), ...names.map((name) => admitted(name, height)), block(height, names, height))
    events.push(...names.map((name, i) => committed(name, height, i, height)))
  }
  return events
}
