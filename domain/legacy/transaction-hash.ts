/** The original's names for transactions and for the set of them in a block. */
import { ByteWriter, bytesToHex, concatBytes } from '../bytes.js'
import { sha256, sha256Hex, tagBytes } from '../hash.js'
import { v1Core, type V1Core } from '../message/sign-anomaly.js'
import { legacyStateRoot } from './state-merkle.js'

export type LegacyTxDomain = 'APP_EVENT_V1' | 'APP_EVIDENCE_V1' | 'APP_POLICY_V1'

export type LegacyTx = V1Core & { readonly domain: LegacyTxDomain; readonly payload: Uint8Array }

/** What the original signs inside a block: domain ‖ 0x00 ‖ core. */
export const legacyTxSignBytes = (tx: Omit<LegacyTx, 'payload'>): Uint8Array => concatBytes(tagBytes(tx.domain), v1Core(tx))

/** Column `transactions.tx_hash`. */
export const legacyDbTxHash = (tx: Omit<LegacyTx, 'payload'>): string => sha256Hex(legacyTxSignBytes(tx))

/** SHA-256(domain ‖ 0x00 ‖ time ‖ payload): neither nonce nor producer nor signature is covered. */
export function legacyTxHash({ domain, tsSeconds, payload }: LegacyTx): string {
  return sha256Hex(new ByteWriter(payload.length + 32).raw(tagBytes(domain)).u64(tsSeconds).raw(payload).finish())
}

/** Merkle root over the sorted content hashes with empty values: order, nonces and times are not bound. */
export function legacyTxRoot(transactions: readonly Pick<LegacyTx, 'contentHash'>[]): string {
  return bytesToHex(legacyStateRoot(transactions.map(({ contentHash }) => ({ key: contentHash, value: new Uint8Array(0) }))))
}

/** Content hash as the original computes it. */
export const legacyContentHash = (payload: Uint8Array): Uint8Array => sha256(payload)
