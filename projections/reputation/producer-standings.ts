/**
 * Follows what a producer's signed messages come to. A message counts where it stands: one that was refused and is
 * committed after all is no longer held against its producer.
 */
import { PRODUCER_WEIGHTS, producerReputation } from '../../domain/reputation/producer.js'
import { REJECT_CODES, type RejectCode } from '../../domain/reject-codes.js'
import type { Life, Move } from '../lives/lives.js'
import type { VerdictLabel } from '../verdicts/standing-verdicts.js'
import type { ChangeReason, ProducerStanding } from './changes.js'

const FIRST: ProducerStanding = { score: 100, committed: 0, refused: {}, confirmed: 0, falsePositives: 0, lastViolationAt: undefined, height: 0, at: 0 }

/** Undefined where the move says nothing about anybody. */
export function standingAfter(known: ProducerStanding | undefined, { before, after, at }: Move, height: number): ProducerStanding | undefined {
  if (after.producer === '' || !isEnd(after)) return undefined
  const standing = count(before !== undefined && isEnd(before) ? count(known ?? FIRST, before, -1) : known ?? FIRST, after, 1)
  const isViolation = after.state === 'REJECTED' && PRODUCER_WEIGHTS[after.reason as RejectCode] > 0
  return {
    ...standing, height, at, score: producerReputation(standing),
    lastViolationAt: violationsOf(standing) === 0 ? undefined : isViolation ? at : standing.lastViolationAt,
  }
}

/** The label of one of its anomalies has changed. */
export function standingAfterLabel(known: ProducerStanding | undefined, before: VerdictLabel | null, after: VerdictLabel | null, height: number, at: number): ProducerStanding {
  const standing = known ?? FIRST
  const step = (label: VerdictLabel): number => Number(after === label) - Number(before === label)
  const judged = { ...standing, confirmed: standing.confirmed + step('true_positive'), falsePositives: standing.falsePositives + step('false_positive'), height, at }
  return { ...judged, score: producerReputation(judged) }
}

export const reasonOf = ({ after }: Move): ChangeReason => (after.state === 'COMMITTED' ? 'COMMITTED' : after.reason as RejectCode)

/** Refusals that are held against the producer. */
export const violationsOf = ({ refused }: Pick<ProducerStanding, 'refused'>): number =>
  REJECT_CODES.reduce((sum, code) => sum + (PRODUCER_WEIGHTS[code] > 0 ? refused[code] ?? 0 : 0), 0)

export const refusalsOf = ({ refused }: Pick<ProducerStanding, 'refused'>): number => REJECT_CODES.reduce((sum, code) => sum + (refused[code] ?? 0), 0)

const isEnd = ({ state }: Life): boolean => state === 'COMMITTED' || state === 'REJECTED'

function count(standing: ProducerStanding, { state, reason }: Life, by: 1 | -1): ProducerStanding {
  if (state === 'COMMITTED') return { ...standing, committed: standing.committed + by }
  const code = reason as RejectCode
  const { [code]: before = 0, ...others } = standing.refused
  return { ...standing, refused: before + by === 0 ? others : { ...others, [code]: before + by } }
}
