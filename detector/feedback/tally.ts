/** What became of the records of one topic, by name: new, told before, contradicted, or refused with its reason. */
import { forgetOldest } from './forget-oldest.js'

export type TallyCounters = {
  readonly notices: number
  /** The same said again with the same bytes. */
  readonly repeated: number
  /** The same said again with other content: someone signs two truths. The first one stands. */
  readonly contradicting: number
  readonly refused: Readonly<Record<string, number>>
  /** Spoke of others by their key, and were not looked into. */
  readonly ofOthers: number
}

export type Tally = {
  /** True where it was not said before. @param what is said, @param content how */
  isNews(what: string, content: string): boolean
  knows(what: string): boolean
  /** Counts something that was told before this process remembers. */
  repeat(): void
  refuse(reason: string): void
  passOver(): void
  counters(): TallyCounters
}

const REMEMBERED = 10_000
/** Reasons are codes and field names of ours, and still nothing from outside may grow without end. */
const MAX_REASONS = 200

export function createTally(): Tally {
  const said = new Map<string, string>()
  const refused = new Map<string, number>()
  const counters = { notices: 0, repeated: 0, contradicting: 0, ofOthers: 0 }
  return {
    isNews(what, content) {
      const before = said.get(what)
      if (before !== undefined) {
        counters[before === content ? 'repeated' : 'contradicting'] += 1
        return false
      }
      said.set(what, content)
      forgetOldest(said, REMEMBERED)
      counters.notices += 1
      return true
    },
    knows: (what) => said.has(what),
    repeat() { counters.repeated += 1 },
    passOver() { counters.ofOthers += 1 },
    refuse(reason) {
      const name = refused.has(reason) || refused.size < MAX_REASONS ? reason : 'others'
      refused.set(name, (refused.get(name) ?? 0) + 1)
    },
    counters: () => ({ ...counters, refused: Object.fromEntries(refused) }),
  }
}
