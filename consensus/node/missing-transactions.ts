/** Asking the proposer for the transactions of its block that are not in our pool, and answering such questions. */
import { ByteReader, ByteWriter, DecodeError } from '../../domain/bytes.js'
import type { BlockHash, TxId } from '../../domain/ids.js'
import { readTransaction, writeTransaction, type Transaction } from '../../domain/transaction.js'
import type { BlockStore } from '../storage/block-store.js'

export const TRANSACTIONS_PROTOCOL = '/cybermesh/block-transactions/1'

const MAX_TXS = 500

/** @param places of the missing transactions in the block, rising */
export function encodeTransactionsRequest(blockHash: BlockHash, places: readonly number[]): Uint8Array {
  const writer = new ByteWriter(64 + places.length * 4).hash(blockHash).u32(places.length)
  for (const place of places) writer.u32(place)
  return writer.finish()
}

/**
 * Throws for a block that is not here and for places that it does not have: the asker is better off elsewhere.
 * @param onAsked hears of each question that is answered
 */
export function answerTransactions(store: Pick<BlockStore, 'blockByHash'>, request: Uint8Array, onAsked?: (blockHash: BlockHash, count: number) => void): Uint8Array {
  const reader = new ByteReader(request)
  const blockHash = reader.hash('request.blockHash') as BlockHash
  const places = Array.from({ length: reader.count(MAX_TXS, 'request.places') }, () => reader.u32('request.place'))
  reader.end('transactions request')
  const block = store.blockByHash(blockHash)
  if (block === undefined) throw new DecodeError('request.blockHash', 'names a block that is not here')
  const writer = new ByteWriter(places.length * 512 + 8).u32(places.length)
  let last = -1
  for (const place of places) {
    const tx = block.transactions[place]
    // Rising places ask for each transaction once, so an answer is never larger than the block.
    if (tx === undefined || place <= last) throw new DecodeError('request.place', 'is not in the block or out of order')
    last = place
    writeTransaction(writer, tx)
  }
  onAsked?.(blockHash, places.length)
  return writer.finish()
}

/** Exactly the transactions that were asked for. Throws DecodeError for anything else: only a liar answers so. */
export function decodeTransactionsAnswer(answer: Uint8Array, wanted: readonly TxId[]): readonly Transaction[] {
  const reader = new ByteReader(answer)
  const count = reader.count(MAX_TXS, 'answer.transactions')
  if (count !== wanted.length) throw new DecodeError('answer.transactions', `${count} came where ${wanted.length} were asked for`)
  const transactions = wanted.map((id) => {
    const tx = readTransaction(reader)
    if (tx.id !== id) throw new DecodeError('answer.transaction', 'is not the one that was asked for')
    return tx
  })
  reader.end('transactions answer')
  return transactions
}
