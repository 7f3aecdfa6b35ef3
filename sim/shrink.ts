/** Makes a failure small: takes away faults, liars, nodes, transactions and time while the same kind of violation remains. */
import type { Result } from './types.js'
import { FAULT_CLASSES, type FaultPlan } from './faults/plan.js'
import type { SeedConfiguration } from './swarm/configuration.js'

export type Run = (configuration: SeedConfiguration) => Result

/** @param mostRuns how many smaller runs may be tried */
export function shrink(result: Result, run: Run, mostRuns = 200): Result {
  const kind = result.violations[0]?.kind
  let smallest = result
  let runs = 0
  /** Keeps the smaller one if it fails in the same way. */
  const attempt = (smaller: SeedConfiguration): boolean => {
    if (runs >= mostRuns) return false
    runs += 1
    const outcome = run(smaller)
    if (!outcome.violations.some((violation) => violation.kind === kind)) return false
    smallest = outcome
    return true
  }
  const configuration = (): SeedConfiguration => smallest.configuration as SeedConfiguration

  for (let isSmaller = true; isSmaller && runs < mostRuns;) {
    isSmaller = false
    for (const smaller of smallerThan(configuration())) {
      if (!attempt(smaller)) continue
      isSmaller = true
      break
    }
  }
  return smallest
}

/** Every step down from here, the greatest first. */
function* smallerThan(from: SeedConfiguration): Generator<SeedConfiguration> {
  for (const name of FAULT_CLASSES) if (from.faults[name] !== undefined) yield { ...from, faults: without(from.faults, name) }
  if (from.twins.length > 0) yield { ...from, twins: from.twins.slice(1) }
  for (const liar of from.liars) {
    yield { ...from, liars: from.liars.filter((other) => other !== liar) }
    if (liar.lies.length < 2) continue
    for (const lie of liar.lies) yield { ...from, liars: from.liars.map((other) => (other === liar ? { ...liar, lies: liar.lies.filter((one) => one !== lie) } : other)) }
  }
  if (from.damaged.length > 0) yield { ...from, damaged: from.damaged.slice(1) }
  if (from.wire) yield { ...from, wire: false }
  if (from.signatures === 'ed25519') yield { ...from, signatures: 'fast' }
  for (const n of [4, 5, 6, 7]) if (n < from.n && isWithin(from, n)) yield { ...from, n }
  const { transactions } = from
  if (transactions.length > 2) yield { ...from, transactions: transactions.slice(0, transactions.length >> 1) }
  for (let i = 0; transactions.length > 1 && i < transactions.length; i++) yield { ...from, transactions: transactions.filter((_, k) => k !== i) }
  if (from.faultsMs > 500) yield { ...from, faultsMs: from.faultsMs >> 1 }
}

function without(faults: FaultPlan, name: keyof FaultPlan): FaultPlan {
  const { [name]: _, ...rest } = faults
  return rest
}

/** Whether all that is named is still there in a network of n. */
function isWithin({ liars, twins, damaged, faults }: SeedConfiguration, n: number): boolean {
  const named = [...liars.map(({ index }) => index), ...twins, ...damaged.map(({ index }) => index), ...faults.slow?.nodes ?? []]
  const f = Math.floor((n - 1) / 3)
  return named.every((index) => index < n) && liars.length + twins.length <= f
}
