/** Which share of packets an exporter looked at, as its options records, its headers or its records say. */
import { E, numberIn, type Values } from './elements.js'

export type Samplers = {
  /** Takes an options record; true where it spoke of sampling. */
  learn(values: Values): boolean
  /** The interval for a flow's record; undefined where all packets were looked at or nobody says. */
  intervalOf(values: Values): number | undefined
}

const MAX_SAMPLERS = 64
/** The longest interval that hardware has is some ten thousand; more is an error that would make a flood of a ping. */
const MAX_INTERVAL = 1_000_000

export function createSamplers(): Samplers {
  const intervals = new Map<number | undefined, number>()
  return {
    learn(values) {
      const interval = statedIn(values)
      if (interval === undefined) return false
      const id = numberIn(values, E.samplerId, E.selectorId)
      if (intervals.size < MAX_SAMPLERS || intervals.has(id)) intervals.set(id, interval)
      return true
    },
    intervalOf(values) {
      const stated = statedIn(values)
      const id = numberIn(values, E.samplerId, E.selectorId)
      const known = stated ?? (id === undefined ? intervals.get(undefined) ?? only(intervals) : intervals.get(id))
      return known !== undefined && known > 1 ? known : undefined
    },
  }
}

/** A record that names no sampler is of the only one there is. */
const only = (intervals: ReadonlyMap<number | undefined, number>): number | undefined => intervals.size === 1 ? [...intervals.values()][0] : undefined

function statedIn(values: Values): number | undefined {
  const every = numberIn(values, E.samplingInterval, E.samplerInterval)
  if (every !== undefined) return inBounds(every)
  const packets = numberIn(values, E.samplingPacketInterval)
  // RFC 5477 §8.2: so many packets are taken, then so many are not.
  if (packets !== undefined && packets > 0) return inBounds((packets + (numberIn(values, E.samplingPacketSpace) ?? 0)) / packets)
  const probability = numberIn(values, E.samplingProbability)
  return probability === undefined || !(probability > 0 && probability <= 1) ? undefined : inBounds(1 / probability)
}

const inBounds = (interval: number): number | undefined => interval >= 1 && interval <= MAX_INTERVAL ? Math.round(interval) : undefined
