/** What the projection `reputation` knows and tells, as plain values. */
import type { RejectCode } from '../../domain/reject-codes.js'
import type { Life } from '../lives/lives.js'
import type { StandingVerdict } from '../../domain/verdict/standing-verdicts.js'

export type SubjectKind = 'producer' | 'validator'

/** Why a score changed: what a validator did, how a producer's message ended, or what analysts made of it. */
export type ChangeReason = 'FAILED_TO_LEAD' | 'SIGNED' | 'LED' | 'CONTRADICTED' | 'COMMITTED' | 'FALSE_POSITIVE' | 'VERDICT_CHANGED' | RejectCode

export type ReputationChange = {
  /** From 0, in log order. */
  readonly number: number
  readonly kind: SubjectKind
  /** Validator id or producer key, hex. */
  readonly subject: string
  readonly position: number
  /** Newest block then; 0 before the first. */
  readonly height: number
  readonly before: number
  readonly after: number
  readonly reason: ChangeReason
  readonly at: number
}

export type ProducerStanding = {
  readonly score: number
  readonly committed: number
  /** Refusals of messages with its valid signature, by code. */
  readonly refused: Partial<Readonly<Record<RejectCode, number>>>
  /** Committed messages whose label is true positive, and false positive. */
  readonly confirmed: number
  readonly falsePositives: number
  readonly lastViolationAt: number | undefined
  readonly height: number
  readonly at: number
}

export type LeaderScore = {
  readonly score: number
  /** Newest block whose certificate it signed. */
  readonly signedHeight: number | undefined
  /** Newest block that says something of it. */
  readonly height: number
}

/** All that the next event needs. */
export type KnownReputation = {
  readonly lives: ReadonlyMap<string, Life>
  /** The verdicts that stand, by anomaly. */
  readonly verdicts: ReadonlyMap<string, readonly StandingVerdict[]>
  readonly producers: ReadonlyMap<string, ProducerStanding>
  readonly leaders: ReadonlyMap<string, LeaderScore>
  readonly nextNumber: number
}

export const NOTHING_KNOWN: KnownReputation = { lives: new Map(), verdicts: new Map(), producers: new Map(), leaders: new Map(), nextNumber: 0 }
