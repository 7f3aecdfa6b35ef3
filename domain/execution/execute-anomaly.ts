/**
 * Executes one anomaly: checks again everything but the signature (checked before the vote; the outcome must not depend
 * on a verifier), then that the id and the nonce are new, then records it.
 */
import { bytesToHex } from '../bytes.js'
import type { ProducerId } from '../ids.js'
import { checkUnsignedOf } from '../message/check-anomaly.js'
import type { TransactionExecutor } from './executors.js'
import { addNonce, isNonceUsed, pruneNonces } from './nonce-window.js'
import { anomalyKey, decodeProducerRecord, encodeAnomalyRecord, encodeProducerRecord, producerKey, type ProducerRecord } from './state-keys.js'

export const executeAnomaly: TransactionExecutor = (tx, draft, { rules, timestamp }) => {
  const check = checkUnsignedOf(tx, timestamp, rules)
  if (!check.ok) return check.code
  const { message } = check
  const producer = bytesToHex(message.producerId) as ProducerId
  const second = message.tsSeconds

  if (draft.get(anomalyKey(message.id)) !== undefined) return 'DUPLICATE'
  if (isNonceUsed(draft, producer, second, message.nonce)) return 'REPLAY'

  const stored = draft.get(producerKey(producer))
  const record: ProducerRecord = stored === undefined
    ? { count: 0, lastSeconds: second, oldestNonce: second, newestNonce: second }
    : decodeProducerRecord(stored)
  const oldest = pruneNonces(draft, producer, record, timestamp, rules.limits.skewMs)
  addNonce(draft, producer, second, message.nonce)
  draft.set(producerKey(producer), encodeProducerRecord({
    count: record.count + 1,
    lastSeconds: Math.max(record.lastSeconds, second),
    oldestNonce: Math.min(oldest, second),
    newestNonce: Math.max(record.newestNonce, second),
  }))
  draft.set(anomalyKey(message.id), encodeAnomalyRecord(tx.id, message.contentHash))
  return undefined
}
