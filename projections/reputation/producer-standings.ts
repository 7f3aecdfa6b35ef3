/**
 * Follows what a producer's signed messages come to. A message counts where it stands: one that was refused and is
 * committed after all is no longer held against its producer.
 */
import { PRODUCER_WEIGHTS, producerReputation } from '../../domain/reputation/producer.js'
import { countEnd, countLabel, NOTHING_COUNTED } from '../../domain/reputation/producer-counts.js'
import { REJECT_CODES, type RejectCode } from '../../domain/reject-codes.js'
import type { Life, Move } from '../lives/lives.js'
import type { VerdictLabel } from '../../domain/verdict/standing-verdicts.js'
import type { ChangeReason, ProducerStanding } from './changes.js'

const FIRST: ProducerStanding = { ...NOTHING_COUNTED, score: 100, lastViolationAt: undefined, height: 0, at: 0 }

/** Undefined where the move says nothing about anybody. */
export function standingAfter(known: ProducerStanding | undefined, { before, after, at }: Move, height: number): ProducerStanding | undefined {
  if (after.producer === '' || !isEnd(after)) return undefined
  const standing = countEnd(before !== undefined && isEnd(before) ? countEnd(known ?? FIRST, endOf(before), -1) : known ?? FIRST, endOf(after), 1)
  const isViolation = after.state === 'REJECTED' && PRODUCER_WEIGHTS[after.reason as RejectCode] > 0
  return {
    ...standing, height, at, score: producerReputation(standing),
    lastViolationAt: violationsOf(standing) === 0 ? undefined : isViolation ? at : standing.lastViolationAt,
  }
}

/** The label of one of its anomalies has changed. */
export function standingAfterLabel(known: ProducerStanding | undefined, before: VerdictLabel | null, after: VerdictLabel | null, height: number, at: number): ProducerStanding {
  const judged = { ...countLabel(known ?? FIRST, before, after), height, at }
  return { ...judged, score: producerReputation(judged) }
}

export const reasonOf = ({ after }: Move): ChangeReason => endOf(after)

/** Refusals that are held against the producer. */
export const violationsOf = ({ refused }: Pick<ProducerStanding, 'refused'>): number =>
  REJECT_CODES.reduce((sum, code) => sum + (PRODUCER_WEIGHTS[code] > 0 ? refused[code] ?? 0 : 0), 0)

export const refusalsOf = ({ refused }: Pick<ProducerStanding, 'refused'>): number => REJECT_CODES.reduce((sum, code) => sum + (refused[code] ?? 0), 0)

const isEnd = ({ state }: Life): boolean => state === 'COMMITTED' || state === 'REJECTED'

const endOf = ({ state, reason }: Life): 'COMMITTED' | RejectCode => (state === 'COMMITTED' ? 'COMMITTED' : reason as RejectCode)
