/** A committed block as the notice detectors read: counts, and the ids of the anomalies that were committed in it. */
import type { EventData } from '../../domain/events/schema.js'
import { ByteWriter } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import type { AnomalyId, Height } from '../../domain/ids.js'
import { encodeCommitEvent, signCommitEvent } from '../../domain/message/commit-event.js'
import { TOPICS, type OutgoingRecord } from '../transport/transport.js'

/** Height as u64 big-endian: a notice that comes twice has the same key. */
export const commitKey = (height: Height): Uint8Array => new ByteWriter(8).u64(height).finish()

export function commitNotice(block: EventData<'BlockCommitted'>, signer: Signer): OutgoingRecord {
  const { transactions } = block
  const committed = transactions.filter(({ status }) => status === 'success')
  const count = (kind: 'event' | 'evidence' | 'policy'): number => committed.filter((tx) => tx.kind === kind).length
  const message = signCommitEvent({
    height: block.height,
    blockHash: block.blockHash,
    stateRoot: block.stateRoot,
    txCount: transactions.length,
    anomalyCount: count('event'),
    evidenceCount: count('evidence'),
    policyCount: count('policy'),
    timestampSeconds: Math.floor(block.timestamp / 1000),
    anomalyIds: committed.map(({ anomalyId }) => anomalyId).filter((id): id is AnomalyId => id !== null),
  }, signer)
  return { topic: TOPICS.commits.name, key: commitKey(block.height), value: encodeCommitEvent(message), headers: { version: '1', type: 'commit' } }
}
