/**
 * What a producer's refused messages, and verdicts on its committed ones, say about the producer. A refusal counts only where nobody else can have caused
 * it: an honest producer's score cannot be spoiled by whoever copies, delays, breaks or invents messages in its name.
 */
import type { RejectCode } from '../reject-codes.js'

/** How much one refusal weighs against a committed message; 0 for what a stranger can bring about. */
export const PRODUCER_WEIGHTS: Readonly<Record<RejectCode, number>> = {
  /** The signature covers the payload, so it was signed broken. Refusals of unsigned bytes name no producer. */
  MALFORMED: 4,
  /** The size is looked at before the signature: the bytes may be anybody's. */
  TOO_LARGE: 0,
  /** Nobody on the list is named. */
  UNKNOWN_PRODUCER: 0,
  /** The one thing that is sure is that the named producer did not sign this. */
  INVALID_SIGNATURE: 0,
  /** Signed with a hash that is not the payload's: its software is wrong or it is trying something. */
  HASH_MISMATCH: 10,
  /** Whoever holds a message back makes it late. */
  SKEW: 0,
  /** Whoever copies a message replays it. */
  REPLAY: 0,
  /** The same; and another producer may have taken the id first. */
  DUPLICATE: 0,
  /** It chose the model. */
  UNKNOWN_MODEL: 2,
  /** It signed a score that its own evidence contradicts: the refusal that matters most for calibration. */
  SCORE_MISMATCH: 10,
  /** Its signature covers the chain of custody: it handed in one that is not whole. */
  BROKEN_CUSTODY: 10,
  /** What it names may be on its way to a block. */
  UNKNOWN_REFERENCE: 0,
}

/** How much a detection that analysts call a false positive weighs: it was honest, and it was wrong. */
export const FALSE_POSITIVE_WEIGHT = 2

export type ProducerCounts = {
  readonly committed: number
  /** Refusals of messages that carry the producer's valid signature. */
  readonly refused: Partial<Readonly<Record<RejectCode, number>>>
  /** Committed messages whose label is false positive, by verdicts alone; none where it is absent. */
  readonly falsePositives?: number
  /** And true positive. */
  readonly confirmed?: number
}

/** Committed messages that every producer is credited with, so that the first refusal does not decide everything. */
const CREDIT = 10

/** 0 to 100, whole; 100 for a producer that is new or never gave a reason for less. */
export function producerReputation({ committed, refused, falsePositives = 0 }: ProducerCounts): number {
  const faults = Object.entries(refused).reduce((sum, [code, count]) => sum + PRODUCER_WEIGHTS[code as RejectCode] * (count ?? 0), 0)
  const good = committed + CREDIT
  return Math.floor((100 * good) / (good + faults + FALSE_POSITIVE_WEIGHT * falsePositives))
}
