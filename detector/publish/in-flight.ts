/**
 * Lets several publications be under way at once, and no more than that: whoever begins one waits for room. A broker far
 * away then costs a round trip for many, not for each.
 */
export type InFlight = {
  /** Begins `work` when there is room. Throws what an earlier one failed with. */
  begin(work: () => Promise<unknown>): Promise<void>
  /** Resolves when nothing is under way any more. Throws what one failed with. */
  settled(): Promise<void>
}

export function createInFlight(most: number): InFlight {
  const underWay = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined
  const report = (): void => {
    if (failure !== undefined) throw failure.error
  }
  return {
    async begin(work) {
      while (underWay.size >= most) await Promise.race(underWay)
      report()
      const one = work().then(() => undefined, (error: unknown) => { failure ??= { error } }).finally(() => underWay.delete(one))
      underWay.add(one)
    },
    async settled() {
      await Promise.all(underWay)
      report()
    },
  }
}
