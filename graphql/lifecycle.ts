/** The steps of an anomaly's life from the times its row keeps, each with the evidence behind it. */
import type { LifecycleState } from '../domain/anomaly/events.js'
import type { AnomalyView } from '../projections/index.js'

export type EvidenceKind = 'MESSAGE' | 'RECEIPT' | 'RECEIPTS' | 'BLOCK' | 'CLOCK'

export type LifecycleStep = {
  readonly state: LifecycleState
  readonly at: Date
  readonly durationMs: number | null
  readonly evidence: EvidenceKind
  /** Whose receipts stand behind it. */
  readonly validatorIds: readonly string[]
  /** Whose certificate does. */
  readonly blockHeight: number | null
  readonly reason: string | null
  readonly reasonCode: string | null
}

type Step = Omit<LifecycleStep, 'durationMs' | 'at'> & { readonly at: Date | null }

const NOBODY = { validatorIds: [], blockHeight: null, reason: null, reasonCode: null } as const

export function lifecycleOf(anomaly: AnomalyView): LifecycleStep[] {
  // Steps of the same millisecond keep this order, which is the order in which they can happen.
  const steps: Step[] = [
    { ...NOBODY, state: 'PUBLISHED', at: anomaly.publishedAt, evidence: 'MESSAGE' },
    admission(anomaly),
    {
      ...NOBODY, state: 'TIMEOUT', at: anomaly.timeoutAt, evidence: 'CLOCK', reasonCode: anomaly.admittedAt === null ? 'NOT_ADMITTED' : 'NOT_COMMITTED',
      reason: anomaly.waitedMs === null ? null : `no progress for ${anomaly.waitedMs} ms`,
    },
    { ...NOBODY, state: 'EXPIRED', at: anomaly.expiredAt, evidence: 'CLOCK', reason: 'not committed while it was valid', reasonCode: 'NOT_COMMITTED' },
    rejection(anomaly),
    { ...NOBODY, state: 'COMMITTED', at: anomaly.committedAt, evidence: 'BLOCK', blockHeight: anomaly.blockHeight },
  ]
  const taken = steps.filter((step): step is Step & { at: Date } => step.at !== null).sort((a, b) => a.at.getTime() - b.at.getTime())
  return taken.map((step, i) => ({ ...step, durationMs: msBetween(taken[i - 1]?.at ?? null, step.at) }))
}

function admission({ admittedAt: at, admittedBy, admittedValidator, blockHeight }: AnomalyView): Step {
  const step = { ...NOBODY, state: 'ADMITTED', at } as const
  return admittedBy === 'receipt'
    ? { ...step, evidence: 'RECEIPT', validatorIds: admittedValidator === null ? [] : [admittedValidator] }
    : { ...step, evidence: 'BLOCK', blockHeight }
}

function rejection({ rejectedAt: at, rejectedBy, rejectedValidators, rejectCode, blockHeight }: AnomalyView): Step {
  const step = { ...NOBODY, state: 'REJECTED', at, reason: rejectCode, reasonCode: rejectCode } as const
  return rejectedBy === 'receipts'
    ? { ...step, evidence: 'RECEIPTS', validatorIds: rejectedValidators ?? [] }
    : { ...step, evidence: 'BLOCK', blockHeight }
}

/** How long each stage took, milliseconds; null where it has not ended. */
export type LifecycleDurations = { readonly admissionMs: number | null; readonly commitMs: number | null; readonly totalMs: number | null }

export const durationsOf = ({ publishedAt, admittedAt, committedAt, settledAt }: AnomalyView): LifecycleDurations => ({
  admissionMs: msBetween(publishedAt, admittedAt),
  commitMs: msBetween(admittedAt, committedAt),
  totalMs: msBetween(publishedAt, settledAt),
})

/** Clocks of several machines stand behind these times, so one may be before the other. */
const msBetween = (from: Date | null, to: Date | null): number | null => (from === null || to === null ? null : Math.max(0, to.getTime() - from.getTime()))
