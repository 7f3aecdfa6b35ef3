/** Canonical bytes of execution receipts and the root a block header carries over them. */
import { ByteReader, ByteWriter, bytesToHex, DecodeError } from '../bytes.js'
import type { Hex32, TxId } from '../ids.js'
import { merkleRoot } from '../merkle.js'
import { rejectCodeFromNumber, rejectCodeNumber } from '../reject-codes.js'
import type { TxReceipt } from './types.js'

/** Transaction id (32) ‖ 0 for success, else the number of the code. */
export function encodeTxReceipt(receipt: TxReceipt): Uint8Array {
  return new ByteWriter(33).hash(receipt.txId).u8(receipt.status === 'success' ? 0 : rejectCodeNumber(receipt.code)).finish()
}

const RECEIPT_BYTES = 33

/** Receipts one after the other, as `encodeTxReceipt` writes them. Throws DecodeError. */
export function decodeTxReceipts(bytes: Uint8Array): readonly TxReceipt[] {
  if (bytes.length % RECEIPT_BYTES !== 0) throw new DecodeError('receipts', `${bytes.length} bytes are not a whole number of receipts`)
  const reader = new ByteReader(bytes)
  return Array.from({ length: bytes.length / RECEIPT_BYTES }, (): TxReceipt => {
    const txId = reader.hash('receipts.txId') as TxId
    const number = reader.u8('receipts.code')
    if (number === 0) return { txId, status: 'success' }
    const code = rejectCodeFromNumber(number)
    if (code === undefined) throw new DecodeError('receipts.code', `${number} is no reason code`)
    return { txId, status: 'failed', code }
  })
}

/** RFC 6962 root over the receipts in block order. */
export const receiptsRootOf = (receipts: readonly TxReceipt[]): Hex32 => bytesToHex(merkleRoot(receipts.map(encodeTxReceipt))) as Hex32
