/** What a block carries: a kind and the exact bytes a producer signed. The id binds every byte. */
import { ByteWriter, type ByteReader, DecodeError } from './bytes.js'
import { taggedHash } from './hash.js'
import { leafHashOf, rootOfLeafHashes } from './merkle.js'
import { bytesToHex } from './bytes.js'
import type { TxId } from './ids.js'

/**
 * An event is an anomaly; evidence is a validator's contradiction; a report is what a producer or an analyst adds to an
 * anomaly. The place in the list is part of every id: a new kind goes to the end.
 */
export const TX_KINDS = ['event', 'evidence', 'policy', 'report'] as const
export type TxKind = (typeof TX_KINDS)[number]
/** Kinds that come in from outside, as messages of a topic; evidence is made by validators. */
export type MessageKind = Exclude<TxKind, 'evidence'>

export type Transaction = {
  readonly id: TxId
  readonly kind: TxKind
  /** The message exactly as it was received (protobuf wire bytes). */
  readonly bytes: Uint8Array
}

/** Largest transaction accepted on the wire: the original's 1 MB message. */
export const MAX_TX_BYTES = 1024 * 1024

export function createTransaction(kind: TxKind, bytes: Uint8Array): Transaction {
  return { id: taggedHash('cybermesh/tx/v1', headOf(kind, bytes), bytes) as TxId, kind, bytes }
}

/** What stands before the bytes: kind and length. */
const headOf = (kind: TxKind, bytes: Uint8Array): Uint8Array => new ByteWriter(8).u8(TX_KINDS.indexOf(kind)).u32(bytes.length).finish()

export function writeTransaction(writer: ByteWriter, tx: Transaction): void {
  writer.u8(TX_KINDS.indexOf(tx.kind)).blob(tx.bytes)
}

export function readTransaction(reader: ByteReader): Transaction {
  const kind = TX_KINDS[reader.u8('tx.kind')]
  if (kind === undefined) throw new DecodeError('tx.kind', 'unknown kind')
  return createTransaction(kind, reader.blob(MAX_TX_BYTES, 'tx.bytes'))
}

/** RFC 6962 root over the encoded transactions in block order: order and every byte are bound. */
export function transactionsRoot(transactions: readonly Transaction[]): string {
  return bytesToHex(rootOfLeafHashes(transactions.map(leafOfTransaction)))
}

/** A transaction waits in a pool before it is in a block, and its block is checked more than once. */
const leaves = new WeakMap<Transaction, Uint8Array>()

/** RFC 6962 hash of the encoded transaction. */
export function leafOfTransaction(tx: Transaction): Uint8Array {
  const known = leaves.get(tx)
  if (known !== undefined) return known
  const leaf = leafHashOf(headOf(tx.kind, tx.bytes), tx.bytes)
  leaves.set(tx, leaf)
  return leaf
}
