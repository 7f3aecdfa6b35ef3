import { describe, expect, it } from 'vitest'
import { FLOW_FEATURE_NAMES, FLOW_FEATURES_SHA256, flowFeaturesOf, type FlowCounts } from './flow-features.js'

const flow: FlowCounts = {
  durationMicros: 2_000_000, protocol: 6, forwardPackets: 6, backwardPackets: 4, byteLayer: 'ip', forwardBytes: 600, backwardBytes: 4000, tcpFlags: 0x13,
}
const named = (fields: Partial<FlowCounts>): Record<string, number> => {
  const vector = flowFeaturesOf({ ...flow, ...fields })
  if (vector === undefined) throw new Error('no vector')
  expect(vector).toHaveLength(FLOW_FEATURE_NAMES.length)
  return Object.fromEntries(FLOW_FEATURE_NAMES.map((name, at) => [name, vector[at] as number]))
}

describe('flow features', () => {
  it('are counts, rates, sizes, ratios and what flags were seen', () => {
    expect(named({})).toEqual({
      duration: 2, forward_packets: 6, backward_packets: 4, forward_ip_bytes: 600, backward_ip_bytes: 4000,
      packet_rate: 5, byte_rate: 2300, forward_packet_size: 100, backward_packet_size: 1000, packet_ratio: 4 / 6, byte_ratio: 4000 / 600,
      packet_interval: 0.2, is_tcp: 1, is_udp: 0, saw_syn: 1, saw_fin: 1, saw_rst: 0, saw_ack: 1,
    })
  })

  it('are the same for an exporter of payloads that counts headers and for one of IP packets', () => {
    expect(named({ byteLayer: 'payload', forwardBytes: 600 - 6 * 52, forwardHeaderBytes: 6 * 32, backwardBytes: 4000 - 4 * 40 })).toEqual(named({}))
  })

  it('are the same for an exporter of frames without padding', () => {
    expect(named({ byteLayer: 'frame', forwardBytes: 600 + 6 * 14, backwardBytes: 4000 + 4 * 14 })).toEqual(named({}))
  })

  it('give payloads of UDP their 28 bytes of headers a packet', () => {
    expect(named({ protocol: 17, byteLayer: 'payload', forwardBytes: 60, backwardBytes: 0 })).toMatchObject({ forward_ip_bytes: 60 + 6 * 28, backward_ip_bytes: 4 * 28 })
  })

  it('hold no flags of protocols other than TCP', () => {
    expect(named({ protocol: 17 })).toMatchObject({ is_tcp: 0, is_udp: 1, saw_syn: 0, saw_fin: 0, saw_ack: 0 })
  })

  it('have rates of 0, never Infinity, where the duration is 0, and ratios of 0 without a forward packet', () => {
    expect(named({ durationMicros: 0 })).toMatchObject({ packet_rate: 0, byte_rate: 0, packet_interval: 0 })
    expect(named({ forwardPackets: 0, forwardBytes: 0 })).toMatchObject({ forward_packet_size: 0, packet_ratio: 0, byte_ratio: 0 })
  })

  it.each([
    { forwardPackets: 0, backwardPackets: 0 }, { forwardBytes: NaN }, { durationMicros: -1 }, { durationMicros: 0.5 },
    { backwardPackets: Infinity }, { tcpFlags: NaN }, { byteLayer: 'payload', forwardBytes: 1, forwardHeaderBytes: NaN } as const,
  ])('are not made up where a count is missing: %j', (fields) => {
    expect(flowFeaturesOf({ ...flow, ...fields })).toBeUndefined()
  })

  it('have a schema whose hash changes only on purpose', () => {
    expect(FLOW_FEATURES_SHA256).toBe('1152add7645f70b19235d52ab409d181e18acb8fdd2c349cc5394028c74cff1f')
  })
})
