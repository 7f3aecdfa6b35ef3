/** Control records as the publisher would send them, over a chain with real certificates. */
import { writeHeader } from '../../../domain/block.js'
import { ByteWriter, concatBytes, utf8ToBytes } from '../../../domain/bytes.js'
import { encodeQc } from '../../../domain/certificate.js'
import type { Signer } from '../../../domain/crypto.js'
import { encodeTxReceipt } from '../../../domain/execution/tx-receipt.js'
import { asHeight, type AnomalyId } from '../../../domain/ids.js'
import { encodeCommitEvent, signCommitEvent, type CommitDraft } from '../../../domain/message/commit-event.js'
import { decodePolicy } from '../../../domain/message/policy.js'
import { encodePolicyUpdate, signPolicyUpdate } from '../../../domain/message/policy-update.js'
import type { CertifiedBlock } from '../../../eventlog/recorder/ports.js'
import { commitKey, PROOF_HEADERS } from '../../../ingest/publisher/commit-notice.js'
import { POLICY_MESSAGE_HEADER } from '../../../ingest/publisher/policy-notice.js'
import { TOPICS, type OutgoingRecord } from '../../../ingest/transport/transport.js'

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

export function commitRecord({ block, receipts, commitCertificate }: CertifiedBlock, signer: Signer, ids: readonly AnomalyId[] = [], changes: Partial<CommitDraft> = {}): OutgoingRecord {
  const { header } = block
  const message = signCommitEvent({
    height: header.height, blockHash: block.hash, stateRoot: header.stateRoot, txCount: block.transactions.length, anomalyCount: ids.length, evidenceCount: 0,
    policyCount: block.transactions.filter(({ kind }) => kind === 'policy').length, timestampSeconds: Math.floor(header.timestamp / 1000), anomalyIds: ids, ...changes,
  }, signer)
  const headerBytes = new ByteWriter(512)
  writeHeader(headerBytes, header)
  return {
    topic: TOPICS.commits.name, key: commitKey(message.height), value: encodeCommitEvent(message),
    headers: {
      version: '1', type: 'commit', [PROOF_HEADERS.header]: base64(headerBytes.finish()), [PROOF_HEADERS.certificate]: base64(encodeQc(commitCertificate)),
      [PROOF_HEADERS.receipts]: base64(concatBytes(...receipts.map(encodeTxReceipt))),
    },
  }
}

/** The update that tells of a committed policy message. */
export function policyRecord(message: Uint8Array, signer: Signer, said: Uint8Array = message): OutgoingRecord {
  const decoded = decodePolicy(said)
  if (!decoded.ok) throw new Error(decoded.reason)
  const { id, action, rule, params } = decoded.message
  const { effectiveHeight, expirationHeight = 0, rollbackOf = '' } = JSON.parse(new TextDecoder().decode(params)) as { effectiveHeight: number; expirationHeight?: number; rollbackOf?: string }
  const update = signPolicyUpdate({
    policyId: id, action, ruleType: rule, ruleData: params, requiresAck: false, rollbackOf, timestampSeconds: 1_760_000_000,
    effectiveHeight: asHeight(effectiveHeight), expirationHeight: asHeight(expirationHeight),
  }, signer)
  return { topic: TOPICS.policyUpdates.name, key: utf8ToBytes(id), value: encodePolicyUpdate(update), headers: { version: '1', type: 'policy_update', [POLICY_MESSAGE_HEADER]: base64(message) } }
}
