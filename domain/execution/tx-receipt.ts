/** Canonical bytes of execution receipts and the root a block header carries over them. */
import { ByteWriter, bytesToHex } from '../bytes.js'
import type { Hex32 } from '../ids.js'
import { merkleRoot } from '../merkle.js'
import { rejectCodeNumber } from '../reject-codes.js'
import type { TxReceipt } from './types.js'

/** Transaction id (32) ‖ 0 for success, else the number of the code. */
export function encodeTxReceipt(receipt: TxReceipt): Uint8Array {
  return new ByteWriter(33).hash(receipt.txId).u8(receipt.status === 'success' ? 0 : rejectCodeNumber(receipt.code)).finish()
}

/** RFC 6962 root over the receipts in block order. */
export const receiptsRootOf = (receipts: readonly TxReceipt[]): Hex32 => bytesToHex(merkleRoot(receipts.map(encodeTxReceipt))) as Hex32
