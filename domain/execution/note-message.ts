/** Enters a message in what the state knows of its sender: how many there were, the newest time, and which nonces are used. */
import type { UnixMillis } from '../ids.js'
import type { StateDraft } from './draft.js'
import { addNonce, pruneNonces } from './nonce-window.js'
import { decodeProducerRecord, encodeProducerRecord, producerKey, type ProducerRecord, type Sender } from './state-keys.js'

export type NotedMessage = { readonly sender: Sender; /** of the message, unix */ readonly second: number; readonly nonce: Uint8Array }

/** The nonce must be unused. */
export function noteMessage(draft: StateDraft, { sender, second, nonce }: NotedMessage, blockTime: UnixMillis, skewMs: number): void {
  const stored = draft.get(producerKey(sender))
  const record: ProducerRecord = stored === undefined
    ? { count: 0, lastSeconds: second, oldestNonce: second, newestNonce: second }
    : decodeProducerRecord(stored)
  const oldest = pruneNonces(draft, sender, record, blockTime, skewMs)
  addNonce(draft, sender, second, nonce)
  draft.set(producerKey(sender), encodeProducerRecord({
    count: record.count + 1,
    lastSeconds: Math.max(record.lastSeconds, second),
    oldestNonce: Math.min(oldest, second),
    newestNonce: Math.max(record.newestNonce, second),
  }))
}
