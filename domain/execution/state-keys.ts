/** What the state holds and under which keys. Values are fixed-width; the state knows nothing of heights or clocks. */
import { ByteReader, ByteWriter, concatBytes, utf8ToBytes } from '../bytes.js'
import { taggedHash } from '../hash.js'
import { bytesOfUuid, uuidOfBytes, type AnomalyId, type ProducerId, type TxId } from '../ids.js'

/** Binds the state of one network to its genesis: no two networks share a root. */
export const CHAIN_KEY = 'chain/id'

/** Standings of all validators as leaders: one entry, since each block changes it. */
export const LEADERS_KEY = 'leaders'

/** A producer with its anomalies, or whoever reports with its reports: nonces of one kind say nothing of another's. */
export type Sender = ProducerId | `reports/${ProducerId}`

/** One record a sender: how many of its messages were executed, the latest message time, its live nonce seconds. */
export const producerKey = (producer: Sender): string => `producer/${producer}`
/** How often execution refused a producer's messages, by code; a producer that never failed has no such entry. */
export const failuresKey = (producer: ProducerId): string => `producer-failures/${producer}`
/** Nonces of one sender in one second of message time. */
export const nonceKey = (producer: Sender, second: number): string => `nonce/${producer}/${second}`
/** The registry that makes an anomaly id unique for ever. */
export const anomalyKey = (id: AnomalyId): string => `anomaly/${id}`
/** The same for evidence and verdicts. */
export const reportKey = (id: AnomalyId): string => `report/${id}`
/** The verdict of a reporter that stands, by what it is about. An incident has any name, so its key holds a hash. */
export const verdictOnAnomalyKey = (reporter: ProducerId, id: AnomalyId): string => `verdict/${reporter}/anomaly/${id}`
export const verdictOnIncidentKey = (reporter: ProducerId, incidentId: string): string =>
  `verdict/${reporter}/incident/${taggedHash('cybermesh/incident/v1', utf8ToBytes(incidentId))}`

export type ProducerRecord = {
  readonly count: number
  /** Highest message time executed, unix seconds. */
  readonly lastSeconds: number
  /** All nonce groups of this producer lie in [oldestNonce, newestNonce], unix seconds. */
  readonly oldestNonce: number
  readonly newestNonce: number
}

export function encodeProducerRecord(record: ProducerRecord): Uint8Array {
  return new ByteWriter(32).u64(record.count).u64(record.lastSeconds).u64(record.oldestNonce).u64(record.newestNonce).finish()
}

export function decodeProducerRecord(bytes: Uint8Array): ProducerRecord {
  const reader = new ByteReader(bytes)
  const record = {
    count: reader.u64('producer.count'),
    lastSeconds: reader.u64('producer.lastSeconds'),
    oldestNonce: reader.u64('producer.oldestNonce'),
    newestNonce: reader.u64('producer.newestNonce'),
  }
  reader.end('producer')
  return record
}

/** What the registry says of a committed anomaly. */
export type AnomalyRecord = { readonly txId: TxId; readonly contentHash: string }

export const encodeAnomalyRecord = (txId: TxId, contentHash: Uint8Array): Uint8Array =>
  concatBytes(new ByteWriter(32).hash(txId).finish(), contentHash)

export function decodeAnomalyRecord(bytes: Uint8Array): AnomalyRecord {
  const reader = new ByteReader(bytes)
  const record = { txId: reader.hash('anomaly.txId') as TxId, contentHash: reader.hash('anomaly.contentHash') }
  reader.end('anomaly')
  return record
}

/** 16 bytes. */
export const encodeReportId = (id: AnomalyId): Uint8Array => bytesOfUuid(id)

export function decodeReportId(bytes: Uint8Array): AnomalyId {
  const reader = new ByteReader(bytes)
  const id = uuidOfBytes(reader.raw(16, 'verdict.reportId'))
  reader.end('verdict')
  return id
}
