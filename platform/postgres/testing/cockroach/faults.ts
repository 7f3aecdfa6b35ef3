/**
 * Which transactions fail, and how: told to restart at some statement or at COMMIT, or with the result of COMMIT unknown,
 * half of them committed and half not. Drawn from a seeded generator, so that a failing run can be run again.
 */
import { mulberry } from '../../../testing/mulberry.js'

export type FaultPlan =
  | { readonly kind: 'none' }
  /** 40001 at this statement of the transaction, or at COMMIT where it has fewer. */
  | { readonly kind: 'restart'; readonly statement: number }
  /** 40003 at COMMIT. */
  | { readonly kind: 'unknown'; readonly isCommitted: boolean }

export type FaultOptions = {
  readonly seed: number
  /** Share of transactions that are told to restart (40001), 0 to 1. */
  readonly restarts: number
  /** Share of transactions of which the result is unknown (40003), 0 to 1. */
  readonly unknown: number
  /**
   * Also transactions that only read, and single statements outside a transaction that write. The server itself repeats
   * a single statement that must restart while its answer is small, so only its result can be unknown.
   */
  readonly single: boolean
}

export type FaultCounts = { transactions: number; restarts: number; unknownCommitted: number; unknownLost: number }

export type Faults = {
  readonly seed: number
  readonly single: boolean
  /** What shall happen to the next transaction. */
  next(): FaultPlan
  /** Tells that a planned fault has really happened. */
  happened(plan: FaultPlan): void
  counts(): Readonly<FaultCounts>
}

/** Most transactions have fewer statements than this; the fault of a shorter one is at its COMMIT. */
const LATEST_STATEMENT = 8

export function createFaults({ seed, restarts, unknown, single }: FaultOptions): Faults {
  const random = mulberry(seed)
  const counts: FaultCounts = { transactions: 0, restarts: 0, unknownCommitted: 0, unknownLost: 0 }
  return {
    seed, single,
    next() {
      counts.transactions += 1
      const draw = random()
      if (draw < restarts) return { kind: 'restart', statement: 1 + Math.floor(random() * LATEST_STATEMENT) }
      if (draw < restarts + unknown) return { kind: 'unknown', isCommitted: random() < 0.5 }
      return { kind: 'none' }
    },
    happened(plan) {
      if (plan.kind === 'restart') counts.restarts += 1
      else if (plan.kind === 'unknown' && plan.isCommitted) counts.unknownCommitted += 1
      else if (plan.kind === 'unknown') counts.unknownLost += 1
    },
    counts: () => ({ ...counts }),
  }
}

export const noFaults = (): Faults => createFaults({ seed: 0, restarts: 0, unknown: 0, single: false })
