/**
 * Between a client that pushes and a reader that pulls: whoever pushes waits until it is taken. That is what pauses a
 * topic whose reader is busy. What was fetched together comes in one push a partition and is taken together.
 */
export type Handover<Item> = {
  /** Resolves with true once the items were taken, with false where they were thrown away by `drop`. `whileWaiting` is called now and then. */
  offer(items: readonly Item[], whileWaiting: () => Promise<void>): Promise<boolean>
  /** What waits, oldest push first and no push in parts; undefined once `signal` aborts or the handover has ended. Throws what it `fail`ed with. */
  take(signal: AbortSignal): Promise<readonly Item[] | undefined>
  /** Throws away what waits to be taken. */
  drop(): void
  fail(error: Error): void
  end(): void
}

type Offer<Item> = { readonly items: readonly Item[]; readonly settle: (isTaken: boolean) => void }

const WAKE_MS = 500

/** @param most items that are taken at once, unless one push has more */
export function createHandover<Item>(most: number): Handover<Item> {
  let offers: Offer<Item>[] = []
  let failure: Error | undefined
  let isOver = false
  let wake: (() => void) | undefined

  const dropAll = (): void => {
    for (const { settle } of offers) settle(false)
    offers = []
  }

  const takeTogether = (): readonly Item[] => {
    const taken: Item[] = []
    for (let next = offers[0]; next !== undefined && (taken.length === 0 || taken.length + next.items.length <= most); next = offers[0]) {
      taken.push(...next.items)
      next.settle(true)
      offers.shift()
    }
    return taken
  }

  return {
    async offer(items, whileWaiting) {
      if (isOver) return false
      const taken = new Promise<boolean>((resolve) => offers.push({ items, settle: resolve }))
      wake?.()
      for (;;) {
        let timer: NodeJS.Timeout | undefined
        const tick = new Promise<undefined>((resolve) => { timer = setTimeout(() => resolve(undefined), WAKE_MS) })
        const result = await Promise.race([taken, tick])
        clearTimeout(timer)
        if (result !== undefined) return result
        await whileWaiting()
      }
    },
    async take(signal) {
      for (;;) {
        if (failure !== undefined) throw failure
        if (isOver || signal.aborted) return undefined
        if (offers.length > 0) return takeTogether()
        await new Promise<void>((resolve) => {
          const stop = (): void => {
            signal.removeEventListener('abort', stop)
            resolve()
          }
          wake = stop
          signal.addEventListener('abort', stop, { once: true })
        })
        wake = undefined
        // The other partitions of one answer are pushed in this turn.
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    drop: dropAll,
    fail(error) {
      failure = error
      dropAll()
      wake?.()
    },
    end() {
      isOver = true
      dropAll()
      wake?.()
    },
  }
}
