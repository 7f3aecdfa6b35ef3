/** Records of the source that an incident rests on: a few in words, and the Merkle root over them (RFC 6962 §2.1). */
import { bytesToHex } from '../../domain/bytes.js'
import { canonicalJsonBytes, type Json } from '../../domain/canonical-json.js'
import { merkleRoot } from '../../domain/merkle.js'
import type { Observation } from '../engines/engine.js'
import { protocolName } from '../sources/records.js'
import type { SourceRecord } from '../windows/kept-records.js'
import { communityIdOf } from './community-id.js'
import { round6 } from './round6.js'

export type SampledRecords = {
  /** Of how many they are a sample. */
  readonly seen: number
  readonly records: readonly Json[]
  /** Of the first: other tools know the incident by one of its flows. */
  readonly communityId: string | undefined
  /** Over the canonical JSON of each, in order, also of those that the payload leaves out. Hex. */
  readonly root: string
}

/** A recording's findings are told again and again; what they rest on stays the same. */
const known = new WeakMap<Observation, SampledRecords | undefined>()

/** Undefined where nothing was kept: windows of what sources opened, and slow ones, hold no records. */
export function sampledRecordsOf(observation: Observation): SampledRecords | undefined {
  if (!known.has(observation)) known.set(observation, sample(observation))
  return known.get(observation)
}

function sample(observation: Observation): SampledRecords | undefined {
  const kept = keptIn(observation)
  if (kept === undefined || kept.records.length === 0) return undefined
  const records = kept.records.map(recordJson)
  return { seen: kept.seen, records, communityId: communityIdOf(kept.records[0] as SourceRecord), root: bytesToHex(merkleRoot(records.map(canonicalJsonBytes))) }
}

function keptIn(observation: Observation): { readonly seen: number; readonly records: readonly SourceRecord[] } | undefined {
  if (observation.kind === 'flow') return { seen: 1, records: [observation] }
  return observation.kind === 'target-window' ? observation.kept : undefined
}

function recordJson(record: SourceRecord): Json {
  const { source, sourcePort, destination, destinationPort, protocol } = record
  const communityId = communityIdOf(record)
  const ends = {
    ...(communityId === undefined ? {} : { community_id: communityId }),
    src_ip: source, src_port: sourcePort, dst_ip: destination, dst_port: destinationPort, protocol: protocolName(protocol),
  }
  if (record.kind === 'packet') return { ...ends, kind: 'packet', time: round6(record.timeMs / 1000), ip_bytes: record.ipBytes, tcp_flags: record.tcpFlags }
  return {
    ...ends, kind: 'flow', start: round6(record.startMs / 1000), end: round6(record.endMs / 1000), byte_layer: record.byteLayer,
    forward_packets: record.forwardPackets, backward_packets: record.backwardPackets, forward_bytes: record.forwardBytes, backward_bytes: record.backwardBytes,
  }
}
