/** The block: its header, whose hash is what validators sign, and the receipt of every transaction in it. */
import { concat, hexOf, isEqual, tag } from './bytes.js'
import { demand, type Part } from './fault.js'
import type { Network } from './genesis.js'
import { rootOfEntries } from './merkle.js'
import type { Primitives } from './primitives.js'
import { Reader } from './reader.js'

export type Header = {
  readonly hash: string
  readonly view: number
  readonly height: number
  readonly parentHash: string
  readonly txRoot: Uint8Array
  readonly receiptsRoot: Uint8Array
  readonly stateRoot: string
  /** Block time, unix milliseconds: never below the parent's, and vouched for by a quorum. */
  readonly timestamp: number
}

const MAX_FAILED_LEADERS = 512

export function readHeader(bytes: Uint8Array, part: Part, { chainId }: Network, primitives: Primitives): Header {
  const reader = new Reader(bytes, part)
  demand(reader.hex('chainId') === chainId, part, 'the block belongs to another chain than genesis')
  const epoch = reader.u64('epoch')
  demand(epoch === 0, part, `the block is of epoch ${epoch}; this verifier knows the validators of epoch 0 alone`)
  const [view, height] = [reader.u64('view'), reader.u64('height')]
  const parentHash = reader.hex('parentHash')
  const [txRoot, receiptsRoot] = [reader.raw(32, 'txRoot'), reader.raw(32, 'receiptsRoot')]
  const stateRoot = reader.hex('stateRoot')
  reader.hex('proposer')
  const timestamp = reader.u64('timestamp')
  reader.hex('justifyHash')
  reader.raw(32 * reader.count(MAX_FAILED_LEADERS, 'failedLeaders'), 'failedLeaders')
  reader.end()
  const hash = hexOf(primitives.sha256(concat(tag('cybermesh/block/v1'), bytes)))
  return { hash, view, height, parentHash, txRoot, receiptsRoot, stateRoot, timestamp }
}

const RECEIPT_BYTES = 33
const MAX_TRANSACTIONS = 500

export type Receipt = { readonly txId: string; /** 0 where the transaction took effect. */ readonly code: number }

/**
 * All receipts of the block: transaction id (32) and outcome (1) each, in block order. They say how many transactions
 * the block has, which its header does not: without that number an index could be any of several.
 */
export function readReceipts(bytes: Uint8Array, header: Header, primitives: Primitives): readonly Receipt[] {
  const part = 'block.receipts'
  const count = bytes.length / RECEIPT_BYTES
  demand(Number.isInteger(count) && count <= MAX_TRANSACTIONS, part, `${bytes.length} bytes are not at most ${MAX_TRANSACTIONS} receipts of ${RECEIPT_BYTES}`)
  const entries = Array.from({ length: count }, (_, i) => bytes.slice(i * RECEIPT_BYTES, (i + 1) * RECEIPT_BYTES))
  demand(isEqual(rootOfEntries(entries, primitives), header.receiptsRoot), part, 'they do not give the root of receipts that block.header carries')
  return entries.map((entry) => ({ txId: hexOf(entry.slice(0, 32)), code: entry[32] as number }))
}
