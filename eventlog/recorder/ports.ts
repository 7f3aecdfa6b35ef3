/** What the recorder asks of its surroundings. Nothing that comes through these ports is trusted; it checks all of it. */
import type { Block, BlockHeader } from '../../domain/block.js'
import type { QuorumCertificate } from '../../domain/certificate.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import type { AnomalyId, Height, Hex32, UnixMillis, ValidatorId } from '../../domain/ids.js'
import type { AdmissionReceipt, Origin } from '../../domain/receipt.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import type { MessageKind } from '../../domain/transaction.js'

export type FeedMessage = {
  /** By the topic it was read from; an anomaly where absent. */
  readonly kind?: MessageKind
  readonly origin: Origin
  readonly bytes: Uint8Array
  /** When the transport took it, unix ms. */
  readonly timestampMs: number
  /** As the record had them. Nothing is decided by them; a dead letter carries them on. */
  readonly key?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** Every record of the topics that bring messages, in order within a partition, again from the last acknowledged after a restart. */
export type MessageFeed = {
  batches(signal: AbortSignal): AsyncIterable<readonly FeedMessage[]>
  /** Called when the whole batch is in the log. */
  acknowledge(batch: readonly FeedMessage[]): Promise<void>
}

/**
 * The validators' admission receipts: pushed when they come, pulled where some are missing. A receipt comes over the
 * authenticated connection of the validator that it names; what it says and signs may be anything.
 */
export type ReceiptFeed = {
  /** Receipts as they come, in any order. */
  pushed(signal: AbortSignal): AsyncIterable<readonly AdmissionReceipt[]>
  /** Asks the validator for its receipts from `sequence` (inclusive), at most `limit`, in order. */
  receiptsFrom(validator: ValidatorId, sequence: number, limit: number): Promise<readonly AdmissionReceipt[]>
}

/** A block with all that proves it final. */
export type CertifiedBlock = {
  readonly block: Block
  readonly receipts: readonly TxReceipt[]
  /** For this very block. */
  readonly certificate: QuorumCertificate
  /** Its commit info names this block, or the last of `headers`. */
  readonly commitCertificate: QuorumCertificate
  /** From this block's child up to the block that `commitCertificate` commits; empty when that is this block. */
  readonly headers: readonly BlockHeader[]
}

export type ChainFeed = {
  /** Certified blocks in height order from `height` (inclusive), then new ones as they come. */
  blocksFrom(height: Height, signal: AbortSignal): AsyncIterable<CertifiedBlock>
  /** The recorder refused what it got; the feed may ask another peer. It is read again from the same height. */
  refused?(height: Height, fault: string): void
}

export type DeadLetter = {
  readonly origin: Origin
  readonly code: RejectCode
  /** The message as received; empty where it was too large to be kept. */
  readonly bytes: Uint8Array
  /** SHA-256 of the message as received. */
  readonly messageHash: Hex32
  /** Whose lifecycle says REJECTED; absent where the message was none of an anomaly. */
  readonly anomalyId?: AnomalyId
  /** When it was refused, as the log has it. */
  readonly at: UnixMillis
  /** The record's key; absent where it is the producer's id, or was too large to be kept. */
  readonly key?: Uint8Array
  /** The record's headers; absent where it had none, or too large ones. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Takes refused messages, at least once each; the origin is the key to recognise a second copy by. */
export type DeadLetterSink = { send(letters: readonly DeadLetter[]): Promise<void> }
