/**
 * Executes one anomaly: checks again everything but the signature (checked before the vote; the outcome must not depend
 * on a verifier), then that the id and the nonce are new, then records it.
 */
import { bytesToHex } from '../bytes.js'
import type { ProducerId } from '../ids.js'
import { checkUnsignedOf } from '../message/check-anomaly.js'
import type { TransactionExecutor } from './executor.js'
import { isNonceUsed } from './nonce-window.js'
import { noteMessage } from './note-message.js'
import { anomalyKey, encodeAnomalyRecord } from './state-keys.js'

export const executeAnomaly: TransactionExecutor = (tx, draft, { rules, timestamp }) => {
  const check = checkUnsignedOf(tx, timestamp, rules)
  if (!check.ok) return check.code
  const { message } = check
  const producer = bytesToHex(message.producerId) as ProducerId
  const second = message.tsSeconds

  if (draft.get(anomalyKey(message.id)) !== undefined) return 'DUPLICATE'
  if (isNonceUsed(draft, producer, second, message.nonce)) return 'REPLAY'

  noteMessage(draft, { sender: producer, second, nonce: message.nonce }, timestamp, rules.limits.skewMs)
  draft.set(anomalyKey(message.id), encodeAnomalyRecord(tx.id, message.contentHash))
  return undefined
}
