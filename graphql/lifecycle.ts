/** The steps of an anomaly's life from the times its row keeps, each with the evidence behind it. */
import type { LifecycleState } from '../domain/anomaly/events.js'
import type { AnomalyView } from '../projections/index.js'

export type EvidenceKind = 'MESSAGE' | 'RECEIPT' | 'RECEIPTS' | 'BLOCK' | 'CLOCK'

export type LifecycleStep = {
  readonly state: LifecycleState
  readonly at: Date
  readonly durationMs: number | null
  readonly evidence: EvidenceKind
  readonly validatorId: string | null
  readonly reason: string | null
}

type Step = Omit<LifecycleStep, 'durationMs' | 'at'> & { readonly at: Date | null }

export function lifecycleOf(anomaly: AnomalyView): LifecycleStep[] {
  // Steps of the same millisecond keep this order, which is the order in which they can happen.
  const steps: Step[] = [
    { state: 'PUBLISHED', at: anomaly.publishedAt, evidence: 'MESSAGE', validatorId: null, reason: null },
    { state: 'ADMITTED', at: anomaly.admittedAt, evidence: anomaly.admittedBy === 'receipt' ? 'RECEIPT' : 'BLOCK', validatorId: anomaly.admittedValidator, reason: null },
    { state: 'TIMEOUT', at: anomaly.timeoutAt, evidence: 'CLOCK', validatorId: null, reason: anomaly.waitedMs === null ? null : `no progress for ${anomaly.waitedMs} ms` },
    { state: 'EXPIRED', at: anomaly.expiredAt, evidence: 'CLOCK', validatorId: null, reason: 'not committed while it was valid' },
    {
      state: 'REJECTED', at: anomaly.rejectedAt, evidence: anomaly.rejectedBy === 'receipts' ? 'RECEIPTS' : 'BLOCK',
      validatorId: anomaly.rejectedValidators?.[0] ?? null, reason: anomaly.rejectCode,
    },
    { state: 'COMMITTED', at: anomaly.committedAt, evidence: 'BLOCK', validatorId: null, reason: null },
  ]
  const taken = steps.filter((step): step is Step & { at: Date } => step.at !== null).sort((a, b) => a.at.getTime() - b.at.getTime())
  return taken.map((step, i) => {
    const before = taken[i - 1]
    return { ...step, durationMs: before === undefined ? null : step.at.getTime() - before.at.getTime() }
  })
}
