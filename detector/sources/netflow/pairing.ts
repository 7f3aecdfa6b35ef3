/**
 * Two records of one direction each into one flow of both. Exporters of NetFlow write the directions of a conversation as
 * two records, near to each other in time and often in one datagram. Invariant: a record waits for the other direction
 * for at most `windowMs`, by the clock or while the exporter goes on by as much, and among at most `capacity` others; then it is passed on alone, as it was seen.
 */
import { FUTURE_MS } from '../../live/live-order.js'
import { noFeatures, TCP, SYN, ACK, RST, FIN, type FlowRecord } from '../records.js'
import type { Direction, RawFlow } from './raw-flow.js'

export type Pairing = {
  /** Takes a record; what is complete or had to make room comes back. */
  add(flow: RawFlow): readonly FlowRecord[]
  /** What waited for long enough. */
  expired(): readonly FlowRecord[]
  readonly counts: { paired: number; alone: number; crowdedOut: number }
}

export const PAIR_WINDOW_MS = 10_000
const CAPACITY = 65_536
/** The answer may begin after the question ended: a slow name server, a connection that was closed half. */
const LARGEST_GAP_MS = 10_000

export type PairingOptions = { readonly nowMs: () => number; readonly windowMs?: number; readonly capacity?: number }

export function createPairing({ nowMs, windowMs = PAIR_WINDOW_MS, capacity = CAPACITY }: PairingOptions): Pairing {
  const waiting = new Map<string, { readonly flow: RawFlow; readonly sinceMs: number; readonly newestThenMs: number }>()
  let newestMs = -Infinity
  const counts = { paired: 0, alone: 0, crowdedOut: 0 }
  const alone = (key: string, flow: RawFlow): FlowRecord => {
    waiting.delete(key)
    counts.alone += 1
    return recordOf(flow, undefined)
  }
  return {
    counts,
    add(flow) {
      if (flow.backward !== undefined) return [recordOf(flow, flow.backward)]
      // A record from the future must not end the waiting of all others.
      if (flow.endMs <= nowMs() + FUTURE_MS) newestMs = Math.max(newestMs, flow.endMs)
      const other = waiting.get(keyOf(flow, true))
      if (other !== undefined && touch(flow, other.flow)) {
        waiting.delete(keyOf(flow, true))
        counts.paired += 1
        return [joined(other.flow, flow)]
      }
      const done: FlowRecord[] = []
      const key = keyOf(flow, false)
      // The next part of the same direction: the other direction's part for the one before did not come.
      const earlier = waiting.get(key)
      if (earlier !== undefined) done.push(alone(key, earlier.flow))
      waiting.set(key, { flow, sinceMs: nowMs(), newestThenMs: newestMs })
      if (waiting.size > capacity) {
        const [oldest, { flow: first }] = waiting.entries().next().value as [string, { flow: RawFlow }]
        counts.crowdedOut += 1
        done.push(alone(oldest, first))
      }
      return done
    },
    expired() {
      const done: FlowRecord[] = []
      const latest = nowMs() - windowMs
      for (const [key, { flow, sinceMs, newestThenMs }] of waiting) {
        if (sinceMs > latest && newestMs - newestThenMs < windowMs) break
        done.push(alone(key, flow))
      }
      return done
    },
  }
}

/** Of one exporter's domain only: two exporters that see a conversation each see both directions of it. */
const keyOf = ({ source, destination, sourcePort, destinationPort, protocol, provenance }: RawFlow, reversed: boolean): string => reversed
  ? `${provenance.origin}|${protocol}|${destination}|${destinationPort}|${source}|${sourcePort}`
  : `${provenance.origin}|${protocol}|${source}|${sourcePort}|${destination}|${destinationPort}`

const touch = (a: RawFlow, b: RawFlow): boolean => a.startMs <= b.endMs + LARGEST_GAP_MS && b.startMs <= a.endMs + LARGEST_GAP_MS

function joined(first: RawFlow, second: RawFlow): FlowRecord {
  const [forward, backward] = isInitiator(second, first) ? [second, first] : [first, second]
  return {
    ...recordOf(forward, backward.forward),
    startMs: Math.min(first.startMs, second.startMs), endMs: Math.max(first.endMs, second.endMs),
  }
}

/** Who began: who sent a SYN that is no answer, else who was first, else who speaks to the lower port. */
function isInitiator(one: RawFlow, other: RawFlow): boolean {
  if (one.protocol === TCP && opens(one) !== opens(other)) return opens(one)
  if (one.startMs !== other.startMs) return one.startMs < other.startMs
  return one.destinationPort < other.destinationPort
}

const opens = ({ forward: { flags } }: RawFlow): boolean => flags !== undefined && (flags & (SYN | ACK)) === SYN

function recordOf(flow: RawFlow, backward: Direction | undefined): FlowRecord {
  const { forward } = flow
  const directionsWith = (flag: number): number | undefined => {
    if (flow.protocol !== TCP) return 0
    const known = [forward, backward].filter((one) => one !== undefined && one.packets > 0).map((one) => one?.flags)
    return known.includes(undefined) ? undefined : known.filter((flags) => ((flags ?? 0) & flag) !== 0).length
  }
  const seen = [forward, backward].filter((one) => one !== undefined && one.packets > 0).map((one) => one?.flags)
  const tcpFlags = flow.protocol !== TCP ? 0 : seen.reduce<number | undefined>((all, flags) => (all === undefined || flags === undefined ? undefined : all | flags), 0)
  return {
    kind: 'flow', startMs: flow.startMs, endMs: flow.endMs, source: flow.source, destination: flow.destination,
    sourcePort: flow.sourcePort, destinationPort: flow.destinationPort, protocol: flow.protocol,
    forwardPackets: forward.packets, backwardPackets: backward?.packets ?? 0,
    byteLayer: flow.byteLayer, forwardBytes: forward.bytes, backwardBytes: backward?.bytes ?? 0,
    synPackets: directionsWith(SYN), rstPackets: directionsWith(RST), finPackets: directionsWith(FIN), tcpFlags, forwardDataPackets: undefined,
    features: noFeatures, label: undefined, provenance: flow.provenance,
  }
}
