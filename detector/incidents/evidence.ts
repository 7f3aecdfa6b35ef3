/** What an observation says about the ends and the volume of the traffic: the part of a payload that is not opinion. */
import type { Observation } from '../engines/engine.js'
import type { Decision } from '../engines/ensemble.js'
import { TCP, protocolName, type Provenance } from '../sources/records.js'
import { round6 } from './round6.js'
import { inboundByteShare, inboundShare, type TargetWindow } from '../windows/target-window.js'

export type Evidence = {
  readonly sourceAddress: string
  readonly sourcePort: number
  readonly protocol: string
  readonly startMs: number
  readonly endMs: number
  readonly packets: number
  readonly bytes: number
  /** Most active sources with what they sent: packets, or connections for scans and slow requests. */
  readonly topSources: readonly { readonly address: string; readonly count: number }[]
  readonly features: Readonly<Record<string, number>>
  /** Which exporters, files or sensors the flows came from; empty for packets and where nobody says. */
  readonly provenance: readonly Provenance[]
}

export const evidenceOf = (decision: Decision): Evidence => ({ ...trafficOf(decision), provenance: provenanceOf(decision.observation) })

const provenanceOf = (observation: Observation): readonly Provenance[] => {
  const { provenance } = observation
  if (provenance === undefined) return []
  return 'format' in provenance ? [provenance] : provenance
}

function trafficOf({ observation, finding }: Decision): Omit<Evidence, 'provenance'> {
  const sourceAddress = finding.source
  switch (observation.kind) {
    case 'target-window': return {
      sourceAddress: sourceAddress === '' ? observation.topSources[0]?.address ?? '' : sourceAddress,
      sourcePort: observation.topSourcePort,
      protocol: protocolName(observation.protocol),
      ...span(observation), packets: observation.inPackets, bytes: observation.inBytes,
      topSources: observation.topSources.map(({ address, packets }) => ({ address, count: packets })),
      features: targetFeatures(observation),
    }
    case 'source-window': return {
      sourceAddress: observation.source, sourcePort: 0, protocol: protocolName(TCP),
      ...span(observation), packets: observation.clientPackets, bytes: observation.totalBytes,
      topSources: [{ address: observation.source, count: observation.attempts }],
      features: {
        attempts: observation.attempts, unused: observation.unused, ports_on_one_host: observation.mostPorts.ports,
        hosts_on_one_port: observation.mostHosts.hosts, used_connections_to_one_service: observation.mostUsed.connections,
      },
    }
    case 'slow-window': return {
      sourceAddress: sourceAddress === '' ? observation.topSources[0]?.address ?? '' : sourceAddress,
      sourcePort: 0, protocol: protocolName(TCP),
      ...span(observation), packets: observation.clientPackets, bytes: observation.clientBytes,
      topSources: observation.topSources.map(({ address, packets }) => ({ address, count: packets })),
      features: { half_idle: observation.halfIdle, sources: observation.sources, mean_age_s: round6(observation.meanAgeMs / 1000) },
    }
    case 'flow': return {
      sourceAddress: observation.source, sourcePort: observation.sourcePort, protocol: protocolName(observation.protocol),
      ...span(observation), packets: observation.forwardPackets + observation.backwardPackets,
      bytes: observation.forwardBytes + observation.backwardBytes,
      topSources: [{ address: observation.source, count: observation.forwardPackets }],
      features: rounded(observation.features()),
    }
  }
}

const span = ({ startMs, endMs }: Observation): { startMs: number; endMs: number } => ({ startMs, endMs })

function targetFeatures(window: TargetWindow): Record<string, number> {
  return rounded({
    in_packets: window.inPackets, out_packets: window.outPackets, in_bytes: window.inBytes, out_bytes: window.outBytes,
    inbound_packet_share: inboundShare(window), inbound_byte_share: inboundByteShare(window),
    unique_sources: window.uniqueSources, flows: window.flows, unique_destination_ports: window.uniqueDestinationPorts,
    syn: window.syn, syn_ack: window.synAck, pure_ack: window.pureAck, rst: window.rst, udp: window.udp, icmp: window.icmp,
    fragments: window.fragments,
    source_entropy_bits: window.sourceEntropyBits, source_port_entropy_bits: window.sourcePortEntropyBits,
    destination_port_entropy_bits: window.destinationPortEntropyBits, length_entropy_bits: window.lengthEntropyBits,
  })
}

const rounded = (features: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(features).map(([name, value]) => [name, round6(value)]))
