/** A follower's question for admission receipts it missed: those of one validator from a sequence number on. */
import { ByteReader, ByteWriter } from '../../domain/bytes.js'
import type { AdmissionReceipt } from '../../domain/receipt.js'
import { decodeReceiptBatch, encodeReceiptBatch } from '../network/gossip.js'

export const RECEIPTS_PROTOCOL = '/cybermesh/receipts/1'
const MAX_RECEIPTS = 500

type ReceiptSource = { receiptsFrom(sequence: number, limit: number): readonly AdmissionReceipt[] }

export const encodeReceiptsRequest = (sequence: number, limit: number): Uint8Array => new ByteWriter(16).u64(sequence).u32(limit).finish()

export function answerReceipts(source: ReceiptSource, request: Uint8Array): Uint8Array {
  const reader = new ByteReader(request)
  const sequence = reader.u64('sequence')
  const limit = Math.min(reader.u32('limit'), MAX_RECEIPTS)
  reader.end('receipts request')
  return encodeReceiptBatch(source.receiptsFrom(sequence, limit))
}

export const decodeReceiptsAnswer = decodeReceiptBatch
