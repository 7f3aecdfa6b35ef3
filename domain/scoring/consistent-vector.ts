/**
 * Do the features of a vector agree with each other? A margin changes only where a threshold is crossed, so it alone would
 * let most digits be changed. Rates and ratios follow from counts by one formula: with any one feature changed they do not.
 */
import { FLOW_FEATURE_NAMES, FLOW_FEATURES_SHA256, flowFeaturesOf } from '../models/flow-features.js'

/** Whether the vector is one that its schema can give; always so for schemas that are not known here. */
export const isConsistent = (featureSchema: string, vector: Float64Array): boolean => CHECKS.get(featureSchema)?.(vector) ?? true

/** The schema whose features these are, by name and order; undefined where none is known. */
export const featureSchemaOf = (features: readonly string[]): string | undefined =>
  features.length === FLOW_FEATURE_NAMES.length && features.every((name, i) => name === FLOW_FEATURE_NAMES[i]) ? FLOW_FEATURES_SHA256 : undefined

const at = new Map(FLOW_FEATURE_NAMES.map((name, index) => [name, index]))

function isOfFlow(vector: Float64Array): boolean {
  const value = (name: string): number => vector[at.get(name) as number] ?? NaN
  const again = flowFeaturesOf({
    durationMicros: Math.round(value('duration') * 1e6),
    // Any other protocol: no feature tells those apart.
    protocol: value('is_tcp') === 1 ? 6 : value('is_udp') === 1 ? 17 : 1,
    forwardPackets: value('forward_packets'), backwardPackets: value('backward_packets'),
    byteLayer: 'ip', forwardBytes: value('forward_ip_bytes'), backwardBytes: value('backward_ip_bytes'),
    tcpFlags: value('saw_fin') * 0x01 + value('saw_syn') * 0x02 + value('saw_rst') * 0x04 + value('saw_ack') * 0x10,
  })
  // Object.is tells 0 from -0, which the bits do too.
  return again !== undefined && again.length === vector.length && again.every((expected, i) => Object.is(expected, vector[i]))
}

const CHECKS: ReadonlyMap<string, (vector: Float64Array) => boolean> = new Map([[FLOW_FEATURES_SHA256, isOfFlow]])
