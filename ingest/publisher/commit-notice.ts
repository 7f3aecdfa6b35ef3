/**
 * A committed block as the notice detectors read: counts, and the ids of the anomalies that were committed in it. The
 * notice is the recorder's word. Headers carry what proves it: the block's header, the certificate that commits it or
 * a descendant, and the receipts of its transactions. Consumers that know none of them read the notice as before.
 */
import type { EventData } from '../../domain/events/schema.js'
import { ByteWriter, concatBytes } from '../../domain/bytes.js'
import { encodeTxReceipt } from '../../domain/execution/tx-receipt.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import type { AnomalyId, Height } from '../../domain/ids.js'
import { encodeCommitEvent, signCommitEvent } from '../../domain/message/commit-event.js'
import { TOPICS } from '../transport/transport.js'
import { secondsOf, type ControlTopic } from './control-topic.js'

/** Base64 each. */
export const PROOF_HEADERS = { header: 'block_header', certificate: 'commit_certificate', receipts: 'tx_receipts' } as const

/** Height as u64 big-endian: a notice that comes twice has the same key. */
export const commitKey = (height: Height): Uint8Array => new ByteWriter(8).u64(height).finish()

export const commitNotices: ControlTopic = ({ recorded: { event } }, signer) => {
  if (event.type !== 'BlockCommitted') return []
  const block = event.data
  const committed = block.transactions.filter(({ status }) => status === 'success')
  const count = (...kinds: readonly string[]): number => committed.filter((tx) => kinds.includes(tx.kind)).length
  const message = signCommitEvent({
    height: block.height,
    blockHash: block.blockHash,
    stateRoot: block.stateRoot,
    txCount: block.transactions.length,
    anomalyCount: count('event'),
    evidenceCount: count('evidence', 'report'),
    policyCount: count('policy'),
    timestampSeconds: secondsOf(block.timestamp),
    anomalyIds: committed.map(({ anomalyId }) => anomalyId).filter((id): id is AnomalyId => id !== null),
  }, signer)
  const proof = { [PROOF_HEADERS.header]: block.header, [PROOF_HEADERS.certificate]: block.commitCertificate, [PROOF_HEADERS.receipts]: receiptsOf(block) }
  return [{ topic: TOPICS.commits.name, key: commitKey(block.height), value: encodeCommitEvent(message), headers: { version: '1', type: 'commit', ...proof } }]
}

/** In block order; their Merkle root is in the header. */
function receiptsOf({ transactions }: EventData<'BlockCommitted'>): string {
  const receipts = transactions.map(({ txId, status, code }) => encodeTxReceipt((status === 'success' ? { txId, status } : { txId, status, code }) as TxReceipt))
  return Buffer.from(concatBytes(...receipts)).toString('base64')
}
