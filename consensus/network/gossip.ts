/** What is gossiped: transactions re-offered after a lost view, admission receipts, evidence, and announcements of commits. */
import { TopicValidatorResult } from '@chainsafe/libp2p-gossipsub'
import { ByteReader, ByteWriter, DecodeError } from '../../domain/bytes.js'
import { asHeight, type BlockHash, type Height } from '../../domain/ids.js'
import { decodeReceipt, encodeReceipt, type AdmissionReceipt } from '../../domain/receipt.js'
import { readTransaction, writeTransaction, type Transaction } from '../../domain/transaction.js'
import { GOSSIP_TOPICS, type GossipTopic } from './gossip-topics.js'
import type { Mesh } from './mesh.js'
import type { Offence } from './peer-score.js'

export { GOSSIP_TOPICS, type GossipTopic }

/** `blocks` are the final blocks themselves (encodeStoredBlocks), sent by their proposer where they are small. */
export type CommitAnnouncement = { readonly height: Height; readonly blockHash: BlockHash; readonly blocks: Uint8Array | undefined }

const MAX_BATCH = 1000
/** Larger ones are asked for on a direct stream. */
export const MAX_ANNOUNCED_BYTES = 256 * 1024
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

export function encodeAnnouncement({ height, blockHash, blocks }: CommitAnnouncement): Uint8Array {
  return new ByteWriter(64 + (blocks?.length ?? 0)).u64(height).hash(blockHash).blob(blocks ?? new Uint8Array(0)).finish()
}

export function decodeAnnouncement(bytes: Uint8Array): CommitAnnouncement {
  const reader = new ByteReader(bytes)
  const height = asHeight(reader.u64('announcement.height'))
  const blockHash = reader.hash('announcement.blockHash') as BlockHash
  const blocks = reader.blob(MAX_ANNOUNCED_BYTES, 'announcement.blocks')
  reader.end('announcement')
  return { height, blockHash, blocks: blocks.length === 0 ? undefined : blocks }
}

/** Publishing never fails the caller: whoever misses a gossiped message asks for it on a direct stream. */
export function gossip(mesh: Mesh, topic: GossipTopic, message: Uint8Array): void {
  mesh.gossip.publish(GOSSIP_TOPICS[topic], message).catch(() => undefined)
}

/** What a listener found wrong with a message. Without an offence honest peers may send it too, in a race. */
export type GossipFault = { readonly reason: string; readonly offence: Offence | undefined }

/** @param from the peer that sent the message to us, which need not have made it; @returns what is wrong with it */
export type GossipListener = (bytes: Uint8Array, from: string) => GossipFault | undefined | void

/**
 * Subscribes. What the listener finds wrong is not passed on to others, so whoever sent it to us is to blame. The
 * listener throws DecodeError on what it cannot read.
 */
export function listen(mesh: Mesh, topic: GossipTopic, onMessage: GossipListener): void {
  const name = GOSSIP_TOPICS[topic]
  mesh.gossip.topicValidators.set(name, (from, { data }) => {
    const peer = from.toString()
    if (!mesh.guard.admits(peer, 'gossip', data.length)) return TopicValidatorResult.Ignore
    const fault = faultOf(() => onMessage(data, peer))
    if (fault === undefined) return TopicValidatorResult.Accept
    mesh.guard.refuse(peer, { type: topic, ...fault })
    return fault.offence === undefined ? TopicValidatorResult.Ignore : TopicValidatorResult.Reject
  })
  mesh.gossip.subscribe(name)
}

function faultOf(listener: () => GossipFault | undefined | void): GossipFault | undefined {
  try {
    return listener() ?? undefined
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { reason: error.field, offence: 'unreadable' }
  }
}
