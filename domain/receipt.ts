/**
 * Admission receipts: one validator's signed word on one message. A message is named by where it was read (topic,
 * partition, offset) and by the hash of its bytes, so a receipt for a forged copy never speaks of the real one.
 */
import { ByteReader, ByteWriter, DecodeError } from './bytes.js'
import { SIGNATURE_BYTES } from './crypto.js'
import { tagBytes } from './hash.js'
import { asMillis, type ChainId, type Hex32, type UnixMillis, type ValidatorId } from './ids.js'
import { rejectCodeFromNumber, rejectCodeNumber, type RejectCode } from './reject-codes.js'

/** Where a message was read. */
export type Origin = { readonly topic: string; readonly partition: number; readonly offset: number }

export type Verdict = { readonly kind: 'admitted' } | { readonly kind: 'rejected'; readonly code: RejectCode }

export type AdmissionReceipt = {
  readonly validator: ValidatorId
  /** Counts up by one for each receipt of this validator, from 0: a follower sees gaps. */
  readonly sequence: number
  readonly origin: Origin
  /** SHA-256 of the message bytes. */
  readonly messageHash: Hex32
  readonly verdict: Verdict
  readonly at: UnixMillis
  readonly signature: Uint8Array
}

export type UnsignedReceipt = Omit<AdmissionReceipt, 'signature'>

const RECEIPT_TAG = tagBytes('cybermesh/admission-receipt/v1')

export function receiptSignBytes(chainId: ChainId, receipt: UnsignedReceipt): Uint8Array {
  const writer = new ByteWriter(256).raw(RECEIPT_TAG).hash(chainId)
  writeUnsigned(writer, receipt)
  return writer.finish()
}

export function encodeReceipt(receipt: AdmissionReceipt): Uint8Array {
  const writer = new ByteWriter(256)
  writeUnsigned(writer, receipt)
  return writer.raw(receipt.signature).finish()
}

export function decodeReceipt(bytes: Uint8Array): AdmissionReceipt {
  const reader = new ByteReader(bytes)
  const validator = reader.hash('receipt.validator') as ValidatorId
  const sequence = reader.u64('receipt.sequence')
  const origin = { topic: reader.text(249, 'receipt.topic'), partition: reader.u32('receipt.partition'), offset: reader.u64('receipt.offset') }
  const messageHash = reader.hash('receipt.messageHash') as Hex32
  const verdict = readVerdict(reader)
  const at = asMillis(reader.u64('receipt.at'))
  const signature = reader.raw(SIGNATURE_BYTES, 'receipt.signature')
  reader.end('receipt')
  return { validator, sequence, origin, messageHash, verdict, at, signature }
}

function writeUnsigned(writer: ByteWriter, receipt: UnsignedReceipt): void {
  writer.hash(receipt.validator).u64(receipt.sequence)
  writer.text(receipt.origin.topic).u32(receipt.origin.partition).u64(receipt.origin.offset)
  writer.hash(receipt.messageHash)
  writer.u8(receipt.verdict.kind === 'admitted' ? 0 : rejectCodeNumber(receipt.verdict.code))
  writer.u64(receipt.at)
}

function readVerdict(reader: ByteReader): Verdict {
  const value = reader.u8('receipt.verdict')
  if (value === 0) return { kind: 'admitted' }
  const code = rejectCodeFromNumber(value)
  if (code === undefined) throw new DecodeError('receipt.verdict', `unknown code ${value}`)
  return { kind: 'rejected', code }
}
