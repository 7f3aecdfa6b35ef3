/** What one run of tests came to, and the lines that people and machines read it from. */

export type Tally = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** A name for each failure, and why; several failures of one file may share a name. */
  readonly failures: readonly string[]
  /** Of those that passed, what failed at its first try, and why: something to look into. */
  readonly again: readonly string[]
}

const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0, failures: [], again: [] }

export const addTallies = (tallies: readonly Tally[]): Tally => tallies.reduce((sum, one) => ({
  passed: sum.passed + one.passed, failed: sum.failed + one.failed, skipped: sum.skipped + one.skipped, failures: [...sum.failures, ...one.failures],
  again: [...sum.again, ...one.again],
}), NOTHING)

/** What needed a second try, the failures by name, then one plain line: `N passed, N failed`. The last lines are often all that is seen. */
export function renderTally({ passed, failed, skipped, failures, again }: Tally): string {
  return [...again.map((name) => `passed at its second try: ${name}`), ...failures.map((name) => `failed: ${name}`), `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`].join('\n')
}
