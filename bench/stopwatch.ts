/** Time and processor time of parts of a run; what is prepared between the parts is not in them. */
export type Cost = {
  readonly events: number
  readonly seconds: number
  readonly perSecond: number
  /** User and system time of this process, all threads, a event. */
  readonly cpuMicros: number
}

export type Stopwatch = {
  /** Runs `work` with the clock on. */
  time<T>(work: () => T | Promise<T>): Promise<T>
  cost(events: number): Cost
}

export function createStopwatch(): Stopwatch {
  let milliseconds = 0
  let cpuMicros = 0
  return {
    async time(work) {
      const cpuBefore = process.cpuUsage()
      const startedAt = performance.now()
      try {
        return await work()
      } finally {
        milliseconds += performance.now() - startedAt
        const { user, system } = process.cpuUsage(cpuBefore)
        cpuMicros += user + system
      }
    },
    cost: (events) => ({
      events, seconds: milliseconds / 1000, perSecond: milliseconds === 0 ? 0 : (events * 1000) / milliseconds, cpuMicros: events === 0 ? 0 : cpuMicros / events,
    }),
  }
}

/** One piece of work, timed. */
export async function timed(events: number, work: () => unknown): Promise<Cost> {
  const watch = createStopwatch()
  await watch.time(work)
  return watch.cost(events)
}
