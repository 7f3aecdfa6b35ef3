/**
 * Hears control.evidence.v1 and control.reputation.v1. Both are the recorder's signed word: they are counted and shown,
 * and change nothing of what the detector does. Most of it is about the anomalies of others; a record's key tells, which
 * must be what the message says, so their signatures need not be checked.
 */
import { bytesToHex } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import { sha256Hex } from '../../domain/hash.js'
import { isUuid, type AnomalyId, type ProducerId } from '../../domain/ids.js'
import { verifyEvidenceRequest } from '../../domain/message/evidence-request.js'
import { verifyReputationEvent } from '../../domain/message/reputation-event.js'
import type { TransportRecord } from '../../ingest/transport/transport.js'
import type { OwnAnomalies } from './own-anomalies.js'
import { createTally, type TallyCounters } from './tally.js'

export type ValidationHearing = { hear(record: TransportRecord): void; counters(): TallyCounters }

export type ReputationCounters = TallyCounters & {
  /** This detector's standing, 0 to 100; undefined until it changed. */
  readonly standing: number | undefined
  /** Analysts' verdicts on this detector's anomalies. */
  readonly confirmed: number
  readonly falsePositives: number
}
export type ReputationHearing = { hear(record: TransportRecord): void; counters(): ReputationCounters }

type Trust = { readonly allowedKeys: ReadonlySet<string>; readonly verify: VerifySignature }

export function createValidationHearing({ allowedKeys, verify }: Trust, own: OwnAnomalies): ValidationHearing {
  const tally = createTally()
  return {
    hear({ key, value }) {
      const subject = Buffer.from(key).toString()
      if (own.stateOf(subject as AnomalyId) === undefined) return tally.passOver()
      const check = verifyEvidenceRequest(value, allowedKeys, verify)
      if (!check.ok) return tally.refuse(`${check.code}/${check.field}`)
      const { anomalyId, evidenceId, requestId, requestType, evidenceAccepted, rejectionReason } = check.message
      if (subject !== (anomalyId === '' ? evidenceId : anomalyId)) return tally.refuse('MALFORMED/key')
      if (!tally.isNews(requestId, sha256Hex(value)) || requestType !== 'validation_result' || !isUuid(anomalyId)) return
      if (evidenceAccepted) own.admitted(anomalyId)
      else own.rejected(anomalyId, rejectionReason)
    },
    counters: () => tally.counters(),
  }
}

export function createReputationHearing({ allowedKeys, verify }: Trust, self: ProducerId | undefined): ReputationHearing {
  const tally = createTally()
  const seen: { standing: number | undefined; confirmed: number; falsePositives: number } = { standing: undefined, confirmed: 0, falsePositives: 0 }
  return {
    hear({ key, value }) {
      if (bytesToHex(key) !== self) return tally.passOver()
      const check = verifyReputationEvent(value, allowedKeys, verify)
      if (!check.ok) return tally.refuse(`${check.code}/${check.field}`)
      const { subject, messageId, reason, timestampSeconds, blockHeight, score, confirmed, falsePositive } = check.message
      if (bytesToHex(key) !== subject) return tally.refuse('MALFORMED/key')
      // It has no id of its own: what it speaks of names it.
      if (!tally.isNews(JSON.stringify([subject, messageId, reason, timestampSeconds, blockHeight]), sha256Hex(value))) return
      seen.standing = score
      if (confirmed) seen.confirmed += 1
      if (falsePositive) seen.falsePositives += 1
    },
    counters: () => ({ ...tally.counters(), ...seen }),
  }
}
