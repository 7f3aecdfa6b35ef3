/** One second of traffic towards one address: the counters while it is open, and the summary engines judge. */
import type { Provenance } from '../sources/records.js'
import { newKeptRecords, type KeptRecords } from './kept-records.js'
import { entropyBits, most, newTally, type Tally } from './tally.js'

export const WINDOW_MS = 1000
/** Distinct values a window remembers per tally; beyond it distinct counts are lower bounds. */
export const TALLY_CAPACITY = 65_536
const TOP_SOURCES = 10

/** Counters of an open window. `in` is towards the address, `out` is what the address sent. */
export type OpenWindow = {
  readonly target: string
  readonly startMs: number
  inPackets: number
  outPackets: number
  inBytes: number
  outBytes: number
  syn: number
  synAck: number
  pureAck: number
  rst: number
  udp: number
  icmp: number
  fragments: number
  /** Only for addresses that receive: most addresses of a spoofed flood only send one packet. */
  inbound: Inbound | undefined
}

export type Inbound = {
  readonly sources: Tally<string>
  readonly flows: Set<string>
  flowsOverflow: number
  readonly sourcePorts: Tally<number>
  readonly destinationPorts: Tally<number>
  readonly lengths: Tally<number>
  readonly protocols: Tally<number>
  readonly kept: KeptRecords
  /** Where the records came from; packets have none. */
  readonly provenance: Provenance[]
}

export const openWindow = (target: string, startMs: number): OpenWindow => ({
  target, startMs, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0,
  syn: 0, synAck: 0, pureAck: 0, rst: 0, udp: 0, icmp: 0, fragments: 0, inbound: undefined,
})

export const newInbound = (): Inbound => ({
  sources: newTally(), flows: new Set(), flowsOverflow: 0,
  sourcePorts: newTally(), destinationPorts: newTally(), lengths: newTally(), protocols: newTally(), kept: newKeptRecords(), provenance: [],
})

export type TopSource = { readonly address: string; readonly packets: number }

/** A closed window, as engines see it. All counts are of inbound traffic unless the name says `out`. */
export type TargetWindow = {
  readonly kind: 'target-window'
  readonly target: string
  readonly startMs: number
  readonly endMs: number
  readonly inPackets: number
  readonly outPackets: number
  readonly inBytes: number
  readonly outBytes: number
  readonly uniqueSources: number
  /** Distinct 5-tuples without the destination address. */
  readonly flows: number
  readonly uniqueDestinationPorts: number
  readonly syn: number
  readonly synAck: number
  readonly pureAck: number
  readonly rst: number
  readonly udp: number
  readonly icmp: number
  readonly fragments: number
  readonly sourceEntropyBits: number
  readonly sourcePortEntropyBits: number
  readonly destinationPortEntropyBits: number
  readonly lengthEntropyBits: number
  readonly topSources: readonly TopSource[]
  readonly topSourcePort: number
  readonly topDestinationPort: number
  readonly protocol: number
  /** Some of the records that were counted, and of how many. */
  readonly kept: Readonly<Pick<KeptRecords, 'seen' | 'records'>>
  /** Absent where it is of packets. */
  readonly provenance?: readonly Provenance[] | undefined
}

export function closeWindow(open: OpenWindow): TargetWindow {
  const inbound = open.inbound ?? newInbound()
  return {
    kind: 'target-window', target: open.target, startMs: open.startMs, endMs: open.startMs + WINDOW_MS,
    inPackets: open.inPackets, outPackets: open.outPackets, inBytes: open.inBytes, outBytes: open.outBytes,
    uniqueSources: inbound.sources.counts.size,
    flows: inbound.flows.size + inbound.flowsOverflow,
    uniqueDestinationPorts: inbound.destinationPorts.counts.size,
    syn: open.syn, synAck: open.synAck, pureAck: open.pureAck, rst: open.rst,
    udp: open.udp, icmp: open.icmp, fragments: open.fragments,
    sourceEntropyBits: entropyBits(inbound.sources),
    sourcePortEntropyBits: entropyBits(inbound.sourcePorts),
    destinationPortEntropyBits: entropyBits(inbound.destinationPorts),
    lengthEntropyBits: entropyBits(inbound.lengths),
    topSources: most(inbound.sources, TOP_SOURCES).map(({ value, count }) => ({ address: value, packets: count })),
    topSourcePort: most(inbound.sourcePorts, 1)[0]?.value ?? 0,
    topDestinationPort: most(inbound.destinationPorts, 1)[0]?.value ?? 0,
    protocol: most(inbound.protocols, 1)[0]?.value ?? 0,
    kept: inbound.kept,
    ...(inbound.provenance.length === 0 ? {} : { provenance: inbound.provenance }),
  }
}

/** Share of a host's packets that it received; 1 means it sent nothing. */
export function inboundShare(window: TargetWindow): number {
  const all = window.inPackets + window.outPackets
  return all === 0 ? 0 : window.inPackets / all
}

/** Share of a host's bytes that it received. */
export function inboundByteShare(window: TargetWindow): number {
  const all = window.inBytes + window.outBytes
  return all === 0 ? 0 : window.inBytes / all
}
