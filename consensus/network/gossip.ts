/** What is gossiped: transactions re-offered after a lost view, admission receipts, and announcements of commits. */
import { ByteReader, ByteWriter } from '../../domain/bytes.js'
import { asHeight, type BlockHash, type Height } from '../../domain/ids.js'
import { decodeReceipt, encodeReceipt, type AdmissionReceipt } from '../../domain/receipt.js'
import { readTransaction, writeTransaction, type Transaction } from '../../domain/transaction.js'
import type { Mesh } from './mesh.js'

export const GOSSIP_TOPICS = { transactions: '/cybermesh/transactions/1', receipts: '/cybermesh/receipts/1', commits: '/cybermesh/commits/1' } as const
export type GossipTopic = keyof typeof GOSSIP_TOPICS

export type CommitAnnouncement = { readonly height: Height; readonly blockHash: BlockHash }

const MAX_BATCH = 1000
const MAX_RECEIPT_BYTES = 1024

export function encodeReceiptBatch(receipts: readonly AdmissionReceipt[]): Uint8Array {
  const writer = new ByteWriter(receipts.length * 256 + 8).u32(receipts.length)
  for (const receipt of receipts) writer.blob(encodeReceipt(receipt))
  return writer.finish()
}

export function decodeReceiptBatch(bytes: Uint8Array): readonly AdmissionReceipt[] {
  const reader = new ByteReader(bytes)
  const receipts = Array.from({ length: reader.count(MAX_BATCH, 'receipts') }, () => decodeReceipt(reader.blob(MAX_RECEIPT_BYTES, 'receipt')))
  reader.end('receipts')
  return receipts
}

export function encodeTransactions(transactions: readonly Transaction[]): Uint8Array {
  const writer = new ByteWriter(1024).u32(transactions.length)
  for (const tx of transactions) writeTransaction(writer, tx)
  return writer.finish()
}

export function decodeTransactions(bytes: Uint8Array): readonly Transaction[] {
  const reader = new ByteReader(bytes)
  const transactions = Array.from({ length: reader.count(MAX_BATCH, 'transactions') }, () => readTransaction(reader))
  reader.end('transactions')
  return transactions
}

export const encodeAnnouncement = ({ height, blockHash }: CommitAnnouncement): Uint8Array => new ByteWriter(64).u64(height).hash(blockHash).finish()

export function decodeAnnouncement(bytes: Uint8Array): CommitAnnouncement {
  const reader = new ByteReader(bytes)
  const announcement = { height: asHeight(reader.u64('announcement.height')), blockHash: reader.hash('announcement.blockHash') as BlockHash }
  reader.end('announcement')
  return announcement
}

/** Publishing never fails the caller: whoever misses a gossiped message asks for it on a direct stream. */
export function gossip(mesh: Mesh, topic: GossipTopic, message: Uint8Array): void {
  mesh.gossip.publish(GOSSIP_TOPICS[topic], message).catch(() => undefined)
}

export function listen(mesh: Mesh, topic: GossipTopic, onMessage: (bytes: Uint8Array) => void): void {
  mesh.gossip.subscribe(GOSSIP_TOPICS[topic])
  mesh.gossip.addEventListener('gossipsub:message', ({ detail }) => {
    if (detail.msg.topic === GOSSIP_TOPICS[topic]) onMessage(detail.msg.data)
  })
}
