/** A flow record of any source as the vector that trained models judge. Training and scoring both come through here. */
import { flowFeaturesOf } from '../../../domain/models/flow-features.js'
import { TCP, type FlowRecord } from '../../sources/records.js'

/** Undefined where the source did not say what a feature needs: such a flow is not judged, and counted as such. */
export function flowVectorOf(record: FlowRecord): Float64Array | undefined {
  const tcpFlags = record.protocol === TCP ? record.tcpFlags : 0
  if (tcpFlags === undefined) return undefined
  return flowFeaturesOf({
    // Times are milliseconds since 1970 with a fraction; rounding takes out what doubles of that size cannot hold.
    durationMicros: Math.round((record.endMs - record.startMs) * 1000),
    protocol: record.protocol,
    forwardPackets: record.forwardPackets, backwardPackets: record.backwardPackets,
    byteLayer: record.byteLayer,
    forwardBytes: record.forwardBytes, backwardBytes: record.backwardBytes,
    forwardHeaderBytes: record.headerBytes?.[0], backwardHeaderBytes: record.headerBytes?.[1],
    tcpFlags,
  })
}
