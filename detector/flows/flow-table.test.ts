import { describe, expect, it } from 'vitest'
import { ACK, FIN, PSH, RST, SYN, type Packet } from '../sources/records.js'
import { answer, packet } from '../testing/traffic.js'
import { toFlowRecord } from './flow-record.js'
import { addToFlow, closeAllFlows, newFlowTable, sweepFlows, takeClosed, type FlowTable } from './flow-table.js'
import type { Flow } from './flow.js'

function assemble(packets: readonly Packet[], table: FlowTable = newFlowTable()): readonly Flow[] {
  for (const one of packets) addToFlow(table, one)
  closeAllFlows(table)
  return takeClosed(table)
}

const syn = packet({ timeMs: 0, tcpFlags: SYN })
const synAck = answer(syn, { timeMs: 10, tcpFlags: SYN | ACK, tcpWindow: 5000 })
const ack = packet({ timeMs: 20, tcpFlags: ACK })

describe('flow assembly', () => {
  it('joins both directions into one flow whose forward side sent the first packet', () => {
    const [flow, ...more] = assemble([syn, synAck, ack, packet({ timeMs: 30, tcpFlags: PSH | ACK, payloadBytes: 100 })])
    expect(more).toEqual([])
    expect(flow?.source).toBe('10.0.0.1')
    expect([flow?.forward.packets, flow?.backward.packets]).toEqual([3, 1])
  })

  it('swaps the direction when the first packet seen is a SYN-ACK', () => {
    const [flow] = assemble([synAck, ack])
    expect(flow).toMatchObject({ source: '10.0.0.1', destinationPort: 80 })
    expect([flow?.forward.packets, flow?.backward.packets]).toEqual([1, 1])
  })

  it('lets late packets join a finished flow, and opens a new one at the next SYN', () => {
    const fins = [packet({ timeMs: 40, tcpFlags: FIN | ACK }), answer(syn, { timeMs: 50, tcpFlags: FIN | ACK }), packet({ timeMs: 60, tcpFlags: ACK })]
    const late = answer(syn, { timeMs: 70, tcpFlags: ACK })
    const flows = assemble([syn, synAck, ack, ...fins, late, packet({ timeMs: 80, tcpFlags: SYN })])
    expect(flows.map((flow) => flow.lengths.count)).toEqual([7, 1])
  })

  it('a FIN of one side alone does not end a flow, a RST does', () => {
    expect(assemble([syn, packet({ timeMs: 1, tcpFlags: FIN | ACK }), packet({ timeMs: 2, tcpFlags: SYN })])).toHaveLength(1)
    expect(assemble([syn, answer(syn, { timeMs: 1, tcpFlags: RST | ACK }), packet({ timeMs: 2, tcpFlags: SYN })])).toHaveLength(2)
  })

  it('cuts a flow 120 s after its start, and the next part keeps its direction and its TCP time', () => {
    const table = newFlowTable()
    const lateAnswer = answer(syn, { timeMs: 120_001, tcpFlags: ACK })
    const parts = assemble([syn, synAck, ack, packet({ timeMs: 120_000, tcpFlags: ACK }), lateAnswer], table)
    expect(parts).toHaveLength(2)
    expect(parts[1]).toMatchObject({ source: '10.0.0.1', destinationPort: 80, earlierTcpMs: 120_000 })
    expect(parts[1]?.backward.packets).toBe(1)
  })

  it('tells ICMP flows apart by type and code', () => {
    const ping = (icmpKind: number): Packet => packet({ protocol: 1, icmpKind, sourcePort: 0, destinationPort: 0 })
    expect(assemble([ping(0x0800), ping(0x0800), ping(0x0303)])).toHaveLength(2)
  })

  it('reports a packet that opens a flow once, so that attempts are counted once', () => {
    const table = newFlowTable()
    expect(addToFlow(table, syn)).toBeDefined()
    expect(addToFlow(table, synAck)).toBeUndefined()
  })

  it('never holds more flows than its capacity and counts what it evicts', () => {
    const table = newFlowTable(10)
    for (let port = 0; port < 25; port++) addToFlow(table, packet({ sourcePort: 1000 + port, timeMs: port }))
    expect(table.open.size).toBe(10)
    expect(table.evicted).toBe(15)
    expect(takeClosed(table)).toHaveLength(15)
  })

  it('sweeps finished flows after a short wait and silent ones after the timeout', () => {
    const table = newFlowTable()
    addToFlow(table, syn)
    addToFlow(table, packet({ sourcePort: 1, tcpFlags: RST }))
    sweepFlows(table, 11_000)
    expect(takeClosed(table)).toHaveLength(1)
    sweepFlows(table, 121_000)
    expect(takeClosed(table)).toHaveLength(1)
  })
})

describe('flow features', () => {
  it('have rates of 0 for a flow of duration 0', () => {
    const features = toFlowRecord(assemble([syn])[0] as Flow).features()
    expect(features).toMatchObject({ 'Flow Duration': 0, 'Flow Bytes/s': 0, 'Flow Packets/s': 0, 'Flow IAT Mean': 0 })
    expect(Object.values(features).every(Number.isFinite)).toBe(true)
  })

  it('use the sample variance of payload lengths', () => {
    const [flow] = assemble([packet({ payloadBytes: 10 }), packet({ timeMs: 1, payloadBytes: 20 }), packet({ timeMs: 2, payloadBytes: 60 })])
    const features = toFlowRecord(flow as Flow).features()
    expect(features['Packet Length Mean']).toBeCloseTo(30, 12)
    expect(features['Packet Length Variance']).toBeCloseTo(700, 10)
    expect(features['Fwd Packet Length Std']).toBeCloseTo(Math.sqrt(700), 10)
  })

  it('split activity from idleness at gaps above five seconds, in microseconds', () => {
    const at = (timeMs: number): Packet => packet({ timeMs, tcpFlags: ACK })
    const features = toFlowRecord(assemble([at(0), at(1000), at(6000), at(12_000), at(12_500)])[0] as Flow).features()
    expect(features).toMatchObject({ 'Active Max': 6_000_000, 'Idle Max': 6_000_000, 'Flow IAT Max': 6_000_000 })
  })

  it('take the initial window backward from the first packet that has one', () => {
    const features = toFlowRecord(assemble([syn, answer(syn, { timeMs: 1, tcpFlags: RST, tcpWindow: 0 }), { ...synAck, timeMs: 2 }])[0] as Flow).features()
    expect(features).toMatchObject({ 'FWD Init Win Bytes': 8192, 'Bwd Init Win Bytes': 5000, 'SYN Flag Count': 2, 'RST Flag Count': 1, 'Bwd RST Flags': 1 })
  })
})
