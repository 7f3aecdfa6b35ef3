/** Growth: what an event costs in the first ten thousand, up to a hundred thousand, up to a million. */
import { createStopwatch, type Cost, type Stopwatch } from './stopwatch.js'

export type DecadeCost = Cost & { readonly from: number; readonly to: number }

const FIRST_DECADE = 10_000

export type Decades = {
  /** The stopwatch of the decade that event number `position` is in. */
  at(position: number): Stopwatch
  costs(): readonly DecadeCost[]
  /** All of them together. */
  whole(): Cost & { readonly byDecade: readonly DecadeCost[]; /** Cost of an event in the last decade by that in the second, the first holds the start of everything; 1 is flat. */ readonly growth: number | undefined }
}

export function createDecades(events: number): Decades {
  const bounds: { from: number; to: number; watch: Stopwatch }[] = []
  for (let from = 0, to = FIRST_DECADE; from < events; from = to, to *= 10) bounds.push({ from, to: Math.min(to, events), watch: createStopwatch() })
  const costs = (): DecadeCost[] => bounds.map(({ from, to, watch }) => ({ from, to, ...watch.cost(to - from) }))
  const growth = (): number | undefined => {
    const [first, second, ...rest] = costs()
    const last = rest.at(-1) ?? second
    const before = rest.length > 0 ? second : first
    return last === undefined || before === undefined || last.perSecond === 0 ? undefined : before.perSecond / last.perSecond
  }
  return {
    at: (position) => (bounds.find(({ to }) => position < to) ?? bounds.at(-1) as (typeof bounds)[number]).watch,
    costs,
    whole() {
      const byDecade = costs()
      const seconds = byDecade.reduce((sum, cost) => sum + cost.seconds, 0)
      const cpuMicros = byDecade.reduce((sum, cost) => sum + cost.cpuMicros * cost.events, 0) / events
      return { events, seconds, perSecond: events / seconds, cpuMicros, byDecade, growth: growth() }
    },
  }
}
