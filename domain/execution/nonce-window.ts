/**
 * Which nonces a producer has used lately. Nonces are grouped by the second of the message that carried them. Block
 * times never fall and a message may be at most the skew away from its block, so a group older than twice the skew
 * can never be asked for again: it is dropped when its producer next executes.
 */
import type { UnixMillis } from '../ids.js'
import { NONCE_BYTES } from '../message/wire.js'
import type { StateDraft, StateReader } from './draft.js'
import { nonceKey, type ProducerRecord, type Sender } from './state-keys.js'

export function isNonceUsed(state: StateReader, producer: Sender, second: number, nonce: Uint8Array): boolean {
  const group = state.get(nonceKey(producer, second))
  return group !== undefined && search(group, nonce).found
}

/** Adds an unused nonce, keeping its group sorted: a group's bytes do not tell the order of arrival. */
export function addNonce(draft: StateDraft, producer: Sender, second: number, nonce: Uint8Array): void {
  const key = nonceKey(producer, second)
  const group = draft.get(key) ?? new Uint8Array(0)
  const { offset } = search(group, nonce)
  const grown = new Uint8Array(group.length + NONCE_BYTES)
  grown.set(group.subarray(0, offset))
  grown.set(nonce, offset)
  grown.set(group.subarray(offset), offset + NONCE_BYTES)
  draft.set(key, grown)
}

/** Drops groups that no valid message can name any more; returns the second from which groups may still exist. */
export function pruneNonces(draft: StateDraft, producer: Sender, record: ProducerRecord, blockTime: UnixMillis, skewMs: number): number {
  const cutoff = Math.max(0, Math.ceil((blockTime - 2 * skewMs) / 1000))
  const end = Math.min(cutoff, record.newestNonce + 1)
  for (let second = record.oldestNonce; second < end; second++) {
    const key = nonceKey(producer, second)
    if (draft.get(key) !== undefined) draft.remove(key)
  }
  return Math.max(record.oldestNonce, cutoff)
}

/** Binary search among sorted nonces: where `nonce` is, or belongs, in bytes. */
function search(group: Uint8Array, nonce: Uint8Array): { readonly found: boolean; readonly offset: number } {
  let low = 0
  let high = group.length / NONCE_BYTES
  while (low < high) {
    const middle = (low + high) >> 1
    const order = compareAt(group, middle * NONCE_BYTES, nonce)
    if (order === 0) return { found: true, offset: middle * NONCE_BYTES }
    if (order < 0) low = middle + 1
    else high = middle
  }
  return { found: false, offset: low * NONCE_BYTES }
}

function compareAt(group: Uint8Array, offset: number, nonce: Uint8Array): number {
  for (let i = 0; i < NONCE_BYTES; i++) {
    const difference = (group[offset + i] as number) - (nonce[i] as number)
    if (difference !== 0) return difference
  }
  return 0
}
