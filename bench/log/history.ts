/**
 * A made-up history of any length for the benchmarks of log and read models: lifecycles that are valid in every step
 * and events as large as real ones. The same number of events is the same history, to the byte.
 */
import { createHash } from 'node:crypto'
import { utf8ToBytes } from '../../domain/bytes.js'
import type { DomainEvent, EventData } from '../../domain/events/schema.js'
import {
  asEpoch, asHeight, asMillis, asView, uuidOfBytes, type AnomalyId, type BlockHash, type Hex32, type ProducerId, type StateRoot, type TxId, type ValidatorId,
} from '../../domain/ids.js'
import { encodeAnomaly } from '../../domain/message/anomaly.js'
import { encodeReceipt } from '../../domain/receipt.js'
import { anomalyStream, CHAIN_STREAM, validatorStream, type NewEvent, type StreamAppend } from '../../eventlog/log.js'

export const START_AT = 1_790_000_000_000
/** Anomalies between two blocks; about one second of them at a moderate load. */
const ROUND = 50
const VALIDATORS = 5
const MESSAGES_MS = 1000

const sha256 = (name: string): Buffer => createHash('sha256').update(name).digest()
const hex = <T extends string>(name: string): T => sha256(name).toString('hex') as T
/** Bytes that do not compress to nothing, as signatures and certificates are. */
const filler = (name: string, length: number): Buffer => Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, (_, i) => sha256(`${name}/${i}`))).subarray(0, length)

const validatorIds = Array.from({ length: VALIDATORS }, (_, i) => hex<ValidatorId>(`validator/${i}`))
const producers = Array.from({ length: 4 }, (_, i) => ({ id: hex<ProducerId>(`producer/${i}`), bytes: new Uint8Array(sha256(`producer/${i}`)) }))
const certificate = filler('certificate', 720).toString('base64')
const header = filler('header', 330).toString('base64')
const signature = new Uint8Array(filler('signature', 64))
const signatureHex = Buffer.from(signature).toString('hex')

/**
 * The first `events` events of the history, in appends of at most `batch` events each; each event its own stream
 * append, as a recorder that interleaves many anomalies writes them.
 */
export function* historyAppends(events: number, batch: number): Generator<StreamAppend[]> {
  let appends: StreamAppend[] = []
  let count = 0
  for (const event of endlessHistory()) {
    if (count === events) break
    count += 1
    appends.push({ stream: streamOf(event), expected: 'any', events: [newEvent(event, count)] })
    if (appends.length < batch) continue
    yield appends
    appends = []
  }
  if (appends.length > 0) yield appends
}

/** Ids as random as real ones, which are hashes of what happened. */
function newEvent(event: DomainEvent, count: number): NewEvent {
  return { id: uuidFrom(createHash('sha1').update(`event/${count}`).digest(), 0x50, 0xa0), event }
}

function uuidFrom<T extends string>(hash: Buffer, version: number, variant: number): T {
  const bytes = Buffer.from(hash.subarray(0, 16))
  bytes[6] = ((bytes[6] as number) & 0x0f) | version
  bytes[8] = ((bytes[8] as number) & 0x0f) | variant
  return uuidOfBytes<T>(bytes)
}

const streamOf = (event: DomainEvent): string => {
  switch (event.type) {
    case 'ValidatorRegistered': return validatorStream(event.data.validatorId)
    case 'BlockCommitted': return CHAIN_STREAM
    case 'AnomalyPublished': case 'AnomalyAdmitted': case 'AnomalyRejected': case 'AnomalyTimedOut': case 'AnomalyExpired': case 'AnomalyCommitted':
      return anomalyStream(event.data.anomalyId)
    default: throw new Error(`the made-up history has no ${event.type}`)
  }
}

/** Of 50 anomalies 44 are committed in one block, two rejected, two expire and two time out. */
function* endlessHistory(): Generator<DomainEvent> {
  for (const [i, validatorId] of validatorIds.entries()) {
    yield { type: 'ValidatorRegistered', data: { validatorId, publicKey: hex<Hex32>(`key/${i}`), name: `validator-${i}`, peerId: `12D3KooW${i}`, chainId: hex<Hex32>('chain'), at: asMillis(START_AT) } }
  }
  for (let round = 0; ; round++) yield* oneRound(round)
}

function* oneRound(round: number): Generator<DomainEvent> {
  const at = asMillis(START_AT + round * MESSAGES_MS)
  const height = asHeight(round + 1)
  const published = Array.from({ length: ROUND }, (_, i) => publishedData(round * ROUND + i, asMillis(at + i * 10)))
  for (const data of published) yield { type: 'AnomalyPublished', data }
  const [rejected, admitted] = [published.slice(0, 2), published.slice(2, 48)]
  for (const data of admitted) yield { type: 'AnomalyAdmitted', data: { anomalyId: data.anomalyId, by: { kind: 'receipt', receipt: receiptOf(data, 0) }, at } }
  for (const data of rejected) {
    yield { type: 'AnomalyRejected', data: { anomalyId: data.anomalyId, code: 'INVALID_SIGNATURE', by: { kind: 'receipts', receipts: [receiptOf(data, 0), receiptOf(data, 1)] }, at } }
  }
  const committed = admitted.slice(2)
  const block = blockData(round, committed, asMillis(at + 600))
  yield { type: 'BlockCommitted', data: block }
  for (const [txIndex, data] of committed.entries()) {
    const { txId } = block.transactions[txIndex] as (typeof block.transactions)[number]
    const placement = { height, blockHash: block.blockHash, txIndex, txId }
    yield { type: 'AnomalyCommitted', data: { anomalyId: data.anomalyId, placement, view: block.view, blockTimestamp: block.timestamp, at: block.at } }
  }
  for (const data of published.slice(48)) yield { type: 'AnomalyTimedOut', data: { anomalyId: data.anomalyId, waitedForMs: 30_000, stage: 'PUBLISHED', at: asMillis(at + 900) } }
  for (const data of admitted.slice(0, 2)) yield { type: 'AnomalyExpired', data: { anomalyId: data.anomalyId, validUntil: asMillis(at + 900), at: asMillis(at + 901) } }
}

function publishedData(n: number, at: EventData<'AnomalyPublished'>['at']): EventData<'AnomalyPublished'> {
  const producer = producers[n % producers.length] as (typeof producers)[number]
  const severity = 1 + (n % 10)
  const confidence = (50 + (n % 50)) / 100
  const anomalyType = n % 3 === 0 ? 'port_scan' : 'ddos'
  const payload = utf8ToBytes(JSON.stringify({ severity, confidence, final_score: confidence - 0.05, attack: 'syn-flood', source: '203.0.113.7', packets: 10_000 + n }))
  const contentHash = createHash('sha256').update(payload).digest()
  const detectedAtSeconds = Math.floor(at / 1000)
  const source = 'sensor-1'
  const modelVersion = 'rules-1'
  const message = encodeAnomaly({
    id: idOf(n), type: anomalyType, source, severity, confidence, tsSeconds: detectedAtSeconds, contentHash: new Uint8Array(contentHash), payload, modelVersion,
    producerId: producer.bytes, nonce: new Uint8Array(sha256(`nonce/${n}`).subarray(0, 16)), signature, pubkey: producer.bytes, alg: 'Ed25519-v2',
  })
  return {
    anomalyId: idOf(n), claimedId: null, authentic: n % ROUND > 1, origin: { topic: 'ai.anomalies.v1', partition: n % 3, offset: n },
    messageHash: createHash('sha256').update(message).digest('hex') as Hex32, message: Buffer.from(message).toString('base64'), producerId: producer.id,
    anomalyType, source, severity, confidence, detectedAtSeconds, contentHash: contentHash.toString('hex') as Hex32, modelVersion, signScheme: 'v2', at,
  }
}

const idOf = (n: number): AnomalyId => uuidFrom(sha256(`anomaly/${n}`), 0x40, 0x80)

function receiptOf({ origin, messageHash, at, authentic }: EventData<'AnomalyPublished'>, index: 0 | 1) {
  if (origin === null) throw new Error('every made-up message has an origin')
  const validator = validatorIds[index] as ValidatorId
  const bytes = encodeReceipt({
    validator, sequence: origin.offset, origin, messageHash, verdict: authentic ? { kind: 'admitted' } : { kind: 'rejected', code: 'INVALID_SIGNATURE' }, at, signature,
  })
  return { validator, at, receipt: Buffer.from(bytes).toString('base64') }
}

function blockData(round: number, committed: readonly EventData<'AnomalyPublished'>[], at: EventData<'BlockCommitted'>['at']): EventData<'BlockCommitted'> {
  const view = asView(round + 1)
  return {
    height: asHeight(round + 1), blockHash: hex<BlockHash>(`block/${round + 1}`), parentHash: hex<BlockHash>(`block/${round}`), epoch: asEpoch(0), view,
    stateRoot: hex<StateRoot>(`state/${round + 1}`), txRoot: hex<Hex32>(`txs/${round}`), receiptsRoot: hex<Hex32>(`receipts/${round}`),
    proposer: validatorIds[round % VALIDATORS] as ValidatorId, timestamp: at, header, justify: certificate, certificate, certificateView: view,
    certificateSigners: validatorIds.filter((_, i) => i !== round % VALIDATORS), commitCertificate: certificate,
    transactions: committed.map((data) => ({
      txId: hex<TxId>(`tx/${data.anomalyId}`), kind: 'event', anomalyId: data.anomalyId, status: 'success', code: null, producerId: data.producerId,
      nonce: data.messageHash.slice(0, 32), contentHash: data.contentHash, publicKey: data.producerId, signature: signatureHex, submittedAtSeconds: data.detectedAtSeconds,
    })),
    at,
  }
}
