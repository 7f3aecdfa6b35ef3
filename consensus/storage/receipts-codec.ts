/** Execution receipts as stored and sent: success is one zero byte, failure one code byte, in block order. */
import { ByteReader, ByteWriter, DecodeError } from '../../domain/bytes.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import type { TxId } from '../../domain/ids.js'
import { rejectCodeFromNumber, rejectCodeNumber } from '../../domain/reject-codes.js'

const MAX_RECEIPTS = 500

export function writeReceipts(writer: ByteWriter, receipts: readonly TxReceipt[]): void {
  writer.u32(receipts.length)
  for (const receipt of receipts) writer.hash(receipt.txId).u8(receipt.status === 'success' ? 0 : rejectCodeNumber(receipt.code))
}

export function readReceipts(reader: ByteReader): readonly TxReceipt[] {
  return Array.from({ length: reader.count(MAX_RECEIPTS, 'receipts') }, (): TxReceipt => {
    const txId = reader.hash('receipt.txId') as TxId
    const value = reader.u8('receipt.status')
    if (value === 0) return { txId, status: 'success' }
    const code = rejectCodeFromNumber(value)
    if (code === undefined) throw new DecodeError('receipt.status', `unknown code ${value}`)
    return { txId, status: 'failed', code }
  })
}

export function encodeReceipts(receipts: readonly TxReceipt[]): Uint8Array {
  const writer = new ByteWriter(receipts.length * 40 + 8)
  writeReceipts(writer, receipts)
  return writer.finish()
}

export function decodeReceipts(bytes: Uint8Array): readonly TxReceipt[] {
  const reader = new ByteReader(bytes)
  const receipts = readReceipts(reader)
  reader.end('receipts')
  return receipts
}
