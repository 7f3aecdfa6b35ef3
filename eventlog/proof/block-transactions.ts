/**
 * A block's transactions, made again from the log: anomalies from their AnomalyPublished, policies and reports from the
 * events that came in one append with the block, all others from the block's own event.
 */
import type { EventData, Placement } from '../../domain/events/schema.js'
import type { AnomalyId } from '../../domain/ids.js'
import { createTransaction, type Transaction } from '../../domain/transaction.js'
import { anomalyStream, type EventLog, type RecordedEvent } from '../log.js'

export type RecordedBlock = RecordedEvent & { readonly event: { readonly type: 'BlockCommitted'; readonly data: EventData<'BlockCommitted'> } }

export const isBlock = (recorded: RecordedEvent): recorded is RecordedBlock => recorded.event.type === 'BlockCommitted'

/** The log does not hold what a block carries. */
export class MissingBytesError extends Error {
  readonly code = 'MISSING_BYTES'
  constructor(readonly height: number, readonly txIndex: number) {
    super(`the log does not hold the bytes of transaction ${txIndex} of block ${height}; a version before this one recorded that block`)
    this.name = 'MissingBytesError'
  }
}

/** Throws MissingBytesError. */
export async function transactionsOf(log: EventLog, block: RecordedBlock): Promise<readonly Transaction[]> {
  const { height, transactions } = block.event.data
  const beside = transactions.some(({ kind, bytes }) => kind !== 'event' && bytes === undefined) ? await messagesBeside(log, block) : new Map<number, string>()
  const made: Transaction[] = []
  for (const [index, { kind, anomalyId, bytes, txId }] of transactions.entries()) {
    const message = anomalyId !== null ? await publishedMessage(log, anomalyId) : bytes ?? beside.get(index)
    const tx = message === undefined ? undefined : createTransaction(kind, bytesOf(message))
    if (tx?.id !== txId) throw new MissingBytesError(height, index)
    made.push(tx)
  }
  return made
}

async function publishedMessage(log: EventLog, id: AnomalyId): Promise<string | undefined> {
  for await (const { event } of log.readStream(anomalyStream(id), { limit: 1 })) if (event.type === 'AnomalyPublished') return event.data.message
  return undefined
}

/** By index in the block: what the events after it, up to the next block, say that it carried. */
async function messagesBeside(log: EventLog, block: RecordedBlock): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  for await (const recorded of log.readAll({ from: block.position + 1 })) {
    const { event } = recorded
    if (isBlock(recorded)) break
    const placed: { readonly placement: Placement; readonly message: string } | undefined = event.type === 'PolicyRecorded' || event.type === 'ReportRecorded' ? event.data : undefined
    if (placed !== undefined && placed.placement.blockHash === block.event.data.blockHash) found.set(placed.placement.txIndex, placed.message)
  }
  return found
}

export const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
