/**
 * One verified block into the log, as one atomic append: BlockCommitted at its place in the chain, and what it means
 * for every anomaly in it. A message that was never read before begins its lifecycle with the block's bytes.
 */
import { writeHeader } from '../../domain/block.js'
import { bytesToHex, ByteWriter } from '../../domain/bytes.js'
import { encodeQc } from '../../domain/certificate.js'
import type { DomainEvent, EventData, Placement } from '../../domain/events/schema.js'
import { readEvidenceBytes } from '../../domain/evidence/check-transaction.js'
import { viewOfEvidence } from '../../domain/evidence/evidence.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import { sha256Hex } from '../../domain/hash.js'
import { asHeight, type AnomalyId, type Hex32, type ProducerId, type UnixMillis, type ValidatorId } from '../../domain/ids.js'
import { decodeAnomaly } from '../../domain/message/anomaly.js'
import { decodePolicy } from '../../domain/message/policy.js'
import { decodeEvidenceMessage } from '../../domain/message/evidence-event.js'
import type { Transaction } from '../../domain/transaction.js'
import { CHAIN_STREAM } from '../log.js'
import type { RecorderContext } from './context.js'
import { readAnomaly, readIdOfMessage, readTip, type ChainTip } from './index/entries.js'
import type { FactReader } from './index/facts.js'
import type { CertifiedBlock } from './ports.js'
import { publish } from './record-messages.js'
import { policySaid, recordPolicy } from './record-policy.js'
import { recordReport } from './record-reports.js'
import type { Session } from './session.js'

type BlockTransaction = EventData<'BlockCommitted'>['transactions'][number]

/** The block the next one must follow. */
export function tipOf(facts: Pick<FactReader, 'get'>, { genesisHash }: RecorderContext): ChainTip {
  return readTip(facts) ?? { height: asHeight(0), hash: genesisHash }
}

/** The block must have been verified. Returns how long each newly committed anomaly took, ms. */
export function recordBlock(session: Session, item: CertifiedBlock, context: RecorderContext, now: UnixMillis): readonly number[] {
  const { block, receipts } = item
  const ids = block.transactions.map((tx) => (tx.kind === 'event' ? lifecycleOf(session, tx, context, now) : undefined))
  const transactions = block.transactions.map((tx, index) => describe(tx, receipts[index] as TxReceipt, ids[index], context))
  const { height } = block.header
  session.add(CHAIN_STREAM, height === 1 ? 'none' : height - 2, `block/${height}/${block.hash}`, blockCommitted(item, transactions, context, now))

  const latenciesMs: number[] = []
  const placementOf = (tx: Transaction, txIndex: number): Placement => ({ height, blockHash: block.hash, txIndex, txId: tx.id })
  block.transactions.forEach((tx, txIndex) => {
    const anomalyId = ids[txIndex]
    const placement = placementOf(tx, txIndex)
    if (tx.kind === 'policy') recordPolicy(session, tx, placement, receipts[txIndex] as TxReceipt, context, now)
    if (anomalyId === undefined) return
    const publishedAt = readAnomaly(session.facts, anomalyId)?.life.publishedAt
    const isCommitted = settle(session, anomalyId, placement, receipts[txIndex] as TxReceipt, item, now)
    if (isCommitted && publishedAt !== undefined) latenciesMs.push(now - publishedAt)
  })
  // After the anomalies, which a verdict of the same block may speak of.
  block.transactions.forEach((tx, txIndex) => {
    if (tx.kind === 'report') recordReport(session, tx, placementOf(tx, txIndex), receipts[txIndex] as TxReceipt, now)
  })
  return latenciesMs
}

function lifecycleOf(session: Session, tx: Transaction, context: RecorderContext, now: UnixMillis): AnomalyId {
  return readIdOfMessage(session.facts, sha256Hex(tx.bytes)) ?? publish(session, tx.bytes, { kind: 'block', txId: tx.id }, context, now)
}

/** True where it was committed by this. */
function settle(session: Session, anomalyId: AnomalyId, placement: Placement, receipt: TxReceipt, { block }: CertifiedBlock, at: UnixMillis): boolean {
  if (receipt.status === 'failed') {
    session.command(anomalyId, { type: 'reject', data: { anomalyId, code: receipt.code, by: { kind: 'execution', placement }, at } })
    return false
  }
  const { view, timestamp } = block.header
  return session.command(anomalyId, { type: 'commit', data: { anomalyId, placement, view, blockTimestamp: timestamp, at } })
}

function blockCommitted(item: CertifiedBlock, transactions: BlockTransaction[], { set }: RecorderContext, at: UnixMillis): DomainEvent {
  const { block, certificate, commitCertificate } = item
  const { chainId: _chainId, justifyHash: _justifyHash, failedLeaders, ...header } = block.header
  const headerBytes = new ByteWriter(384)
  writeHeader(headerBytes, block.header)
  return {
    type: 'BlockCommitted',
    data: {
      ...header,
      ...(failedLeaders.length > 0 ? { failedLeaders: [...failedLeaders] } : {}),
      blockHash: block.hash,
      header: base64(headerBytes.finish()),
      justify: base64(encodeQc(block.justify)),
      certificate: base64(encodeQc(certificate)),
      certificateView: certificate.data.view,
      certificateSigners: certificate.signatures.map(({ index }) => set.validators[index]?.id as ValidatorId),
      commitCertificate: base64(encodeQc(commitCertificate)),
      transactions,
      at,
    },
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** A transaction as people read it in the block table; null where the kind or the bytes have no such field. */
function describe(tx: Transaction, receipt: TxReceipt, anomalyId: AnomalyId | undefined, context: RecorderContext): BlockTransaction {
  const decoded = tx.kind === 'event' ? decodeAnomaly(tx.bytes) : tx.kind === 'report' ? decodeEvidenceMessage(tx.bytes) : tx.kind === 'policy' ? decodePolicy(tx.bytes) : undefined
  const message = decoded?.ok === true ? decoded.message : undefined
  return {
    txId: tx.id,
    kind: tx.kind,
    anomalyId: anomalyId ?? null,
    status: receipt.status,
    code: receipt.status === 'failed' ? receipt.code : null,
    producerId: message === undefined ? null : (bytesToHex(message.producerId) as ProducerId),
    nonce: message === undefined ? null : bytesToHex(message.nonce),
    contentHash: message === undefined ? null : (bytesToHex(message.contentHash) as Hex32),
    publicKey: message === undefined ? null : bytesToHex(message.pubkey),
    signature: message === undefined ? null : bytesToHex(message.signature),
    submittedAtSeconds: message?.tsSeconds ?? null,
    ...describeEvidence(tx),
    ...(isCarriedElsewhere(tx, message !== undefined, context) ? {} : { bytes: base64(tx.bytes) }),
  }
}

/** Whether another event of this append or before it holds the bytes: AnomalyPublished, PolicyRecorded, ReportRecorded. */
function isCarriedElsewhere(tx: Transaction, isRead: boolean, context: RecorderContext): boolean {
  switch (tx.kind) {
    case 'event': return true
    case 'evidence': return false
    case 'policy': return policySaid(tx.bytes, context) !== undefined
    case 'report': return isRead
  }
}

function describeEvidence(tx: Transaction): Pick<BlockTransaction, 'evidence'> {
  const evidence = tx.kind === 'evidence' ? readEvidenceBytes(tx.bytes) : undefined
  return evidence === undefined ? {} : { evidence: { kind: evidence.kind, offender: evidence.offender, view: viewOfEvidence(evidence) } }
}
