/**
 * Counts logins that failed, and makes an address that fails too often wait: ten in a minute, then nothing it sends is
 * looked at until the minute is over. Remembers a bounded number of addresses, the longest silent are forgotten first.
 */
export type LoginGuard = {
  /** Seconds until this address may try again; 0 where it may now. */
  waitSeconds(address: string): number
  /** True where the address must wait from now on. */
  failed(address: string): boolean
  counts(): { readonly failed: number; readonly refused: number }
}

export const MOST_FAILURES = 10
const WINDOW_MS = 60_000
const MOST_ADDRESSES = 10_000

type Failures = { readonly since: number; readonly count: number }

export function createLoginGuard(now: () => number = () => performance.now()): LoginGuard {
  const failures = new Map<string, Failures>()
  const totals = { failed: 0, refused: 0 }
  const current = (address: string): Failures | undefined => {
    const known = failures.get(address)
    return known === undefined || now() - known.since >= WINDOW_MS ? undefined : known
  }
  return {
    waitSeconds(address) {
      const known = current(address)
      if (known === undefined || known.count < MOST_FAILURES) return 0
      totals.refused += 1
      return Math.ceil((known.since + WINDOW_MS - now()) / 1000)
    },
    failed(address) {
      totals.failed += 1
      const known = current(address)
      failures.delete(address)
      failures.set(address, { since: known?.since ?? now(), count: (known?.count ?? 0) + 1 })
      if (failures.size > MOST_ADDRESSES) failures.delete(failures.keys().next().value as string)
      return failures.get(address)?.count === MOST_FAILURES
    },
    counts: () => ({ ...totals }),
  }
}
