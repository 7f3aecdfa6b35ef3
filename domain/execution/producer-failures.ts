/**
 * How often execution refused what a producer signed, detections and evidence alike, by code: one count a code and
 * producer, in the state, so that all validators hold the same. Analysts and authorities are no producers. A block carries only messages whose signature a quorum has checked; still, a copy or a
 * delay can be anybody's doing, and what each code says of the producer is for `producerReputation` to judge.
 */
import { bytesToHex, ByteReader, ByteWriter } from '../bytes.js'
import type { ProducerId } from '../ids.js'
import { decodeAnomaly } from '../message/anomaly.js'
import { decodeEvidenceMessage } from '../message/evidence-event.js'
import type { AdmissionRules } from '../message/check-anomaly.js'
import { REJECT_CODES, type RejectCode } from '../reject-codes.js'
import type { Transaction } from '../transaction.js'
import type { StateDraft, StateReader } from './draft.js'
import { failuresKey } from './state-keys.js'

export type FailureCounts = Partial<Readonly<Record<RejectCode, number>>>

/** Counts a failed transaction where it names a producer of the allow-list; strangers would fill the state. */
export function countFailure(tx: Transaction, draft: StateDraft, { producers }: AdmissionRules, code: RejectCode): void {
  const producer = signerOf(tx)
  if (producer === undefined || !producers.has(producer)) return
  const counts = failuresOf(draft, producer)
  draft.set(failuresKey(producer), encodeFailures({ ...counts, [code]: (counts[code] ?? 0) + 1 }))
}

function signerOf(tx: Transaction): ProducerId | undefined {
  const decoded = tx.kind === 'event' ? decodeAnomaly(tx.bytes) : tx.kind === 'report' ? decodeEvidenceMessage(tx.bytes) : undefined
  return decoded?.ok === true ? (bytesToHex(decoded.message.producerId) as ProducerId) : undefined
}

export function failuresOf(state: StateReader, producer: ProducerId): FailureCounts {
  const bytes = state.get(failuresKey(producer))
  return bytes === undefined ? {} : decodeFailures(bytes)
}

/** (number of the code u8 ‖ count u64) for each code that ever occurred, by rising number. */
export function encodeFailures(counts: FailureCounts): Uint8Array {
  const writer = new ByteWriter(32)
  for (const [index, code] of REJECT_CODES.entries()) {
    const count = counts[code] ?? 0
    if (count > 0) writer.u8(index + 1).u64(count)
  }
  return writer.finish()
}

export function decodeFailures(bytes: Uint8Array): FailureCounts {
  const reader = new ByteReader(bytes)
  const counts: Partial<Record<RejectCode, number>> = {}
  while (reader.remaining > 0) {
    const code = REJECT_CODES[reader.u8('failures.code') - 1]
    const count = reader.u64('failures.count')
    if (code !== undefined) counts[code] = count
  }
  return counts
}
