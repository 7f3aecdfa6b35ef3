/** One conversation as each kind of source reports it gives one vector, up to what the source rounds. */
import { describe, expect, it } from 'vitest'
import { FLOW_FEATURE_NAMES } from '../../../domain/models/flow-features.js'
import { addToFlow, closeAllFlows, newFlowTable, takeClosed } from '../../flows/flow-table.js'
import { toFlowRecord } from '../../flows/flow-record.js'
import { flowOfRow } from '../../sources/cicflowmeter-row.js'
import { parseEveEvent } from '../../sources/eve.js'
import { parseFlowLite } from '../../sources/flow-lite.js'
import { createPairing } from '../../sources/netflow/pairing.js'
import { provenanceFor } from '../../sources/provenance.js'
import { ACK, FIN, PSH, RST, SYN, type FlowRecord, type Packet, type Skipped } from '../../sources/records.js'
import { flowOfConn } from '../../sources/zeek/conn.js'
import { tcpFlagsOf } from '../../sources/zeek/history.js'
import { flowVectorOf } from './flow-vector.js'

const [CLIENT, SERVER] = ['10.0.0.1', '10.0.0.2']
const START_MS = 1_767_323_045_250

/** Connect, ask with 100 bytes, get 1000, close: 5 packets there, 4 back, no TCP options. */
const TALK: readonly (readonly [from: 'c' | 's', flags: number, payload: number])[] = [
  ['c', SYN, 0], ['s', SYN | ACK, 0], ['c', ACK, 0], ['c', PSH | ACK, 100], ['s', ACK, 0],
  ['s', PSH | ACK, 1000], ['c', FIN | ACK, 0], ['s', FIN | ACK, 0], ['c', ACK, 0],
]
const packets: readonly Packet[] = TALK.map(([from, tcpFlags, payloadBytes], at) => ({
  kind: 'packet', timeMs: START_MS + at * 62.5,
  ...(from === 'c' ? { source: CLIENT, sourcePort: 40_000, destination: SERVER, destinationPort: 443 } : { source: SERVER, sourcePort: 443, destination: CLIENT, destinationPort: 40_000 }),
  protocol: 6, ipBytes: 40 + payloadBytes, payloadBytes, headerBytes: 20, tcpFlags, tcpWindow: 1000, icmpKind: 0, fragment: 'whole',
}))

function fromPackets(): FlowRecord {
  const table = newFlowTable()
  for (const packet of packets) addToFlow(table, packet)
  closeAllFlows(table)
  return toFlowRecord(takeClosed(table)[0] as NonNullable<ReturnType<typeof takeClosed>[0]>)
}

const flow = (item: FlowRecord | Skipped): FlowRecord => {
  if (item.kind === 'skipped') throw new Error(`${item.reason} ${item.field}`)
  return item
}

const cells = (table: Readonly<Record<string, string>>) => (column: string): string | undefined => table[column]

const SOURCES: Readonly<Record<string, () => FlowRecord>> = {
  CICFlowMeter: () => flow(flowOfRow(cells({
    Timestamp: '2026-01-02 03:04:05.250000', 'Src IP': CLIENT, 'Src Port': '40000', 'Dst IP': SERVER, 'Dst Port': '443', Protocol: '6', 'Flow Duration': '500000',
    'Total Fwd Packet': '5', 'Total Bwd packets': '4', 'Total Length of Fwd Packet': '100', 'Total Length of Bwd Packet': '1000', 'Fwd Header Length': '100', 'Bwd Header Length': '80',
    'SYN Flag Count': '2', 'FIN Flag Count': '2', 'RST Flag Count': '0', 'ACK Flag Count': '8', 'PSH Flag Count': '2', 'URG Flag Count': '0', 'ECE Flag Count': '0', 'CWR Flag Count': '0',
  }), () => ({}))),
  'Zeek conn.log': () => flow(flowOfConn(cells({
    ts: '1767323045.25', 'id.orig_h': CLIENT, 'id.orig_p': '40000', 'id.resp_h': SERVER, 'id.resp_p': '443', proto: 'tcp', duration: '0.5', conn_state: 'SF', history: 'ShADadFf',
    orig_pkts: '5', resp_pkts: '4', orig_bytes: '100', resp_bytes: '1000', orig_ip_bytes: '300', resp_ip_bytes: '1160',
  }), provenanceFor('zeek', 'conn.log'))),
  // Frames without padding, as a capture point in the sending host sees them.
  'Suricata EVE': () => flow(parseEveEvent({
    event_type: 'flow', src_ip: CLIENT, src_port: 40_000, dest_ip: SERVER, dest_port: 443, proto: 'TCP', tcp: { tcp_flags_ts: '1b', tcp_flags_tc: '1b' },
    flow: { pkts_toserver: 5, pkts_toclient: 4, bytes_toserver: 370, bytes_toclient: 1216, start: '2026-01-02T03:04:05.250000+0000', end: '2026-01-02T03:04:05.750000+0000' },
  })),
  'flow-lite lines': () => flow(parseFlowLite({
    schema: 'flow-lite/1', start: START_MS, end: START_MS + 500, src_ip: CLIENT, src_port: 40_000, dst_ip: SERVER, dst_port: 443, protocol: 'tcp',
    fwd_packets: 5, bwd_packets: 4, byte_layer: 'payload', fwd_bytes: 100, bwd_bytes: 1000, tcp_flags: 0x1b,
  }, provenanceFor('flow-lite', 'x'))),
  NetFlow: () => {
    const pairing = createPairing({ nowMs: () => START_MS })
    const way = { kind: 'raw-flow', protocol: 6, backward: undefined, byteLayer: 'ip', startMs: START_MS, endMs: START_MS + 500, provenance: { format: 'netflow-v5', origin: 'x', byteLayer: 'ip' } } as const
    return [
      ...pairing.add({ ...way, source: CLIENT, sourcePort: 40_000, destination: SERVER, destinationPort: 443, forward: { packets: 5, bytes: 300, flags: 0x1b } }),
      ...pairing.add({ ...way, source: SERVER, sourcePort: 443, destination: CLIENT, destinationPort: 40_000, forward: { packets: 4, bytes: 1160, flags: 0x1b } }),
    ][0] as FlowRecord
  },
}

describe('a conversation', () => {
  const expected = flowVectorOf(fromPackets())

  it('has a vector when its packets are seen', () => {
    expect(Object.fromEntries(FLOW_FEATURE_NAMES.map((name, at) => [name, expected?.[at]]))).toMatchObject({
      duration: 0.5, forward_packets: 5, backward_packets: 4, forward_ip_bytes: 300, backward_ip_bytes: 1160, saw_syn: 1, saw_fin: 1, saw_rst: 0, saw_ack: 1,
    })
  })

  it.each(Object.keys(SOURCES))('has the same vector when %s reports it', (name) => {
    expect(flowVectorOf((SOURCES[name] as () => FlowRecord)())).toEqual(expected)
  })

  it('has none where a TCP flow comes without flags', () => {
    expect(flowVectorOf({ ...fromPackets(), tcpFlags: undefined })).toBeUndefined()
    expect(flowVectorOf({ ...fromPackets(), tcpFlags: undefined, protocol: 17 })).toBeDefined()
  })
})

describe('flags in Zeek\'s words', () => {
  it.each([
    ['S', 'S0', SYN], ['Sr', 'REJ', SYN | RST | ACK], ['ShADadFf', 'SF', SYN | ACK | FIN], ['SR', 'RSTOS0', SYN | RST], ['Dd', 'OTH', ACK], ['ShAR', 'RSTO', SYN | ACK | RST], ['F', 'SH', FIN | ACK],
  ])('history %s has the flags that were seen', (history, _, flags) => {
    expect(tcpFlagsOf(history, undefined)).toBe(flags)
  })

  it('a log without history falls back on the state, and one without either says nothing', () => {
    expect(tcpFlagsOf(undefined, 'S0')).toBe(SYN)
    expect(tcpFlagsOf('', 'OTH')).toBe(ACK)
    expect(tcpFlagsOf(undefined, undefined)).toBeUndefined()
  })
})
