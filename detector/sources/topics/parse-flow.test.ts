import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFlowMessage } from './parse-flow.js'

const message = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const FLOW = { 'Src IP': '10.0.0.1', 'Src Port': 4000, 'Dst IP': '10.0.0.2', 'Dst Port': 80, Protocol: 6, Timestamp: '2017-07-07 19:02:39', 'Flow Duration': 1000, 'Tot Fwd Pkts': 3, 'Tot Bwd Pkts': 2, Label: 'ddos' }
const START_MS = Date.UTC(2017, 6, 7, 19, 2, 39)

describe('a message with a flow', () => {
  it('is read in any spelling of the columns, without its label', () => {
    const snake = Object.fromEntries(Object.entries(FLOW).map(([name, value]) => [name.toLowerCase().replaceAll(' ', '_'), value]))
    for (const value of [FLOW, snake]) {
      const flow = parseFlowMessage(message(value))
      expect(flow).toMatchObject({ kind: 'flow', startMs: START_MS, source: '10.0.0.1', destinationPort: 80, forwardPackets: 3, label: undefined })
      expect(flow.kind === 'flow' && flow.features()).toEqual({ 'Flow Duration': 1000, 'Total Fwd Packet': 3, 'Total Bwd packets': 2 })
    }
  })

  it('may be a flow event of Suricata', () => {
    const event = { event_type: 'flow', src_ip: '10.0.0.1', dest_ip: '10.0.0.2', src_port: 4000, dest_port: 80, proto: 'TCP', flow: { pkts_toserver: 3, pkts_toclient: 2, bytes_toserver: 200, bytes_toclient: 100, start: '2017-07-07T19:02:39.000000+0000', end: '2017-07-07T19:02:40.000000+0000' } }
    expect(parseFlowMessage(message(event))).toMatchObject({ kind: 'flow', startMs: START_MS, byteLayer: 'frame' })
  })

  it('may write its time with a zone, or as seconds, milliseconds or microseconds', () => {
    for (const Timestamp of ['2017-07-07T21:02:39+02:00', '2017-07-07T19:02:39Z', START_MS / 1000, START_MS, START_MS * 1000]) {
      expect(parseFlowMessage(message({ ...FLOW, Timestamp }))).toMatchObject({ startMs: START_MS })
    }
  })

  it('that is none is said by reason, field and value', () => {
    expect(parseFlowMessage(message({ ...FLOW, 'Dst Port': 'http' }))).toEqual({ kind: 'skipped', reason: 'bad-number', field: 'Dst Port', value: 'http' })
    expect(parseFlowMessage(message({ 'Src IP': '10.0.0.1' }))).toEqual({ kind: 'skipped', reason: 'bad-row', field: 'Dst IP' })
    expect(parseFlowMessage(new Uint8Array([0x7b, 0xff]))).toEqual({ kind: 'skipped', reason: 'broken-json' })
    expect(parseFlowMessage(new Uint8Array(1024 * 1024 + 1))).toEqual({ kind: 'skipped', reason: 'line-too-long' })
  })

  it('never ends the reading, whatever it is', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map((text) => new TextEncoder().encode(text)), fc.record({ ...Object.fromEntries(Object.keys(FLOW).map((name) => [name, fc.anything()])) }).map((value) => message(JSON.parse(JSON.stringify(value, (_key, one: unknown) => typeof one === 'bigint' ? 1 : one) ?? 'null')))), (bytes) => {
      expect(['flow', 'skipped']).toContain(parseFlowMessage(bytes).kind)
    }), { numRuns: 500 })
  })
})
