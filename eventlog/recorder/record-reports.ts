/** What a block says of evidence and verdicts: one event a report in it, also where execution refused it. */
import { bytesToHex } from '../../domain/bytes.js'
import type { EventData, Placement } from '../../domain/events/schema.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import { sha256Hex } from '../../domain/hash.js'
import type { Hex32, ProducerId, UnixMillis } from '../../domain/ids.js'
import { anomalyOfRef } from '../../domain/message/anomaly-ref.js'
import { decodeEvidenceMessage } from '../../domain/message/evidence-event.js'
import { schemeOf } from '../../domain/message/sign-anomaly.js'
import type { Transaction } from '../../domain/transaction.js'
import { readVerdict, VERDICT_TYPE } from '../../domain/verdict/verdict.js'
import { reportStream } from '../log.js'
import type { Session } from './session.js'

export function recordReport(session: Session, tx: Transaction, placement: Placement, receipt: TxReceipt, at: UnixMillis): void {
  const data = reportData(tx, placement, receipt, at)
  // No quorum votes for a block with bytes that are no report; should there be one, the block itself tells of it.
  if (data === undefined) return
  // The block before it in this append guards the order; several messages may bear one id, of which one is accepted.
  session.add(reportStream(data.reportId), 'any', `report/${placement.blockHash}/${placement.txIndex}`, { type: 'ReportRecorded', data })
}

function reportData(tx: Transaction, placement: Placement, receipt: TxReceipt, at: UnixMillis): EventData<'ReportRecorded'> | undefined {
  const decoded = decodeEvidenceMessage(tx.bytes)
  if (!decoded.ok) return undefined
  const { message } = decoded
  const read = message.evidenceType === VERDICT_TYPE ? readVerdict(message.proofBlob) : undefined
  return {
    reportId: message.id,
    evidenceType: message.evidenceType,
    refs: message.refs.map((ref) => bytesToHex(ref) as Hex32),
    anomalyIds: message.refs.flatMap((ref) => anomalyOfRef(ref) ?? []),
    messageHash: sha256Hex(tx.bytes) as Hex32,
    message: Buffer.from(tx.bytes).toString('base64'),
    reporterId: bytesToHex(message.producerId) as ProducerId,
    signScheme: schemeOf(message),
    contentHash: bytesToHex(message.contentHash) as Hex32,
    proofBytes: message.proofBlob.length,
    reportedAtSeconds: message.tsSeconds,
    custody: message.custody.map(({ actorId, tsSeconds }) => ({ actorId: bytesToHex(actorId) as ProducerId, atSeconds: tsSeconds })),
    ...(read?.ok === true ? { verdict: { ...read.verdict } } : {}),
    placement,
    outcome: receipt.status === 'success' ? { kind: 'applied' } : { kind: 'failed', code: receipt.code },
    at,
  }
}
