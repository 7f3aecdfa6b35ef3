import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACK, PSH, RST, SYN, type Packet } from '../sources/records.js'
import { answer, flowRecord, packet } from '../testing/traffic.js'
import { firstSecond } from './count-flow.js'
import { inboundByteShare, inboundShare, type TargetWindow } from './target-window.js'
import { addFlowRecord, addPacket, advance, closeAll, newTargetWindows } from './target-windows.js'

function windowsOf(packets: readonly Packet[]): TargetWindow[] {
  const windows = newTargetWindows()
  const closed: TargetWindow[] = []
  for (const one of packets) {
    closed.push(...advance(windows, one.timeMs))
    addPacket(windows, one)
  }
  return [...closed, ...closeAll(windows)]
}

const towards = (windows: readonly TargetWindow[], target: string): TargetWindow | undefined => windows.find((window) => window.target === target)

describe('target windows', () => {
  it('tumble at whole seconds', () => {
    const windows = windowsOf([packet({ timeMs: 999.9 }), packet({ timeMs: 1000 }), packet({ timeMs: 1999 })])
    expect(windows.map((window) => [window.startMs, window.inPackets])).toEqual([[0, 1], [1000, 2]])
  })

  it('count what goes in and what the host sends', () => {
    const windows = windowsOf([packet({ ipBytes: 100 }), packet({ ipBytes: 300, timeMs: 1 }), answer(packet(), { ipBytes: 1200, timeMs: 2 })])
    const server = towards(windows, '10.0.0.2') as TargetWindow
    expect(server).toMatchObject({ inPackets: 2, outPackets: 1, inBytes: 400, outBytes: 1200, uniqueSources: 1, flows: 1 })
    expect(inboundShare(server)).toBeCloseTo(2 / 3)
    expect(inboundByteShare(server)).toBeCloseTo(0.25)
  })

  it('tell SYN, SYN-ACK, pure ACK, RST, UDP, ICMP and fragments apart', () => {
    const [window] = windowsOf([
      packet({ tcpFlags: SYN }), packet({ tcpFlags: SYN | 0xc0 }), packet({ tcpFlags: SYN | ACK }), packet({ tcpFlags: ACK }), packet({ tcpFlags: ACK, payloadBytes: 1 }),
      packet({ tcpFlags: PSH | ACK }), packet({ tcpFlags: RST | ACK }), packet({ protocol: 17 }), packet({ protocol: 1 }), packet({ protocol: 58 }),
      packet({ protocol: 17, fragment: 'later' }), packet({ protocol: 6, fragment: 'later', tcpFlags: 0 }),
    ])
    expect(window).toMatchObject({ syn: 2, synAck: 1, pureAck: 2, rst: 1, udp: 2, icmp: 2, fragments: 2 })
  })

  it('a flow is a 5-tuple without the destination address', () => {
    const [window] = windowsOf([packet(), packet(), packet({ sourcePort: 2 }), packet({ source: '10.0.0.9' }), packet({ protocol: 17 })])
    expect(window).toMatchObject({ flows: 4, uniqueSources: 2 })
  })

  it('measure entropy in bits', () => {
    const [window] = windowsOf(['a', 'b', 'c', 'd'].map((source) => packet({ source })))
    expect(window).toMatchObject({ sourceEntropyBits: 2, destinationPortEntropyBits: 0, lengthEntropyBits: 0 })
  })

  it('count a late packet into the open second and say so', () => {
    const windows = newTargetWindows()
    for (const timeMs of [5000, 4200, 5001]) {
      advance(windows, timeMs)
      addPacket(windows, packet({ timeMs }))
    }
    expect(windows.late).toBe(1)
    expect(closeAll(windows)).toMatchObject([{ startMs: 5000, inPackets: 3 }])
  })

  it('start anew when time steps far back, as in captures joined from parts', () => {
    expect(windowsOf([packet({ timeMs: 90_000 }), packet({ timeMs: 1000 })]).map((window) => window.startMs)).toEqual([90_000, 1000])
  })

  it('drop the addresses least recently seen past their bound, and count them', () => {
    const windows = newTargetWindows(5)
    advance(windows, 0)
    for (let i = 0; i < 10; i++) addPacket(windows, packet({ destination: `10.0.1.${i}` }))
    expect(windows.open.size).toBe(5)
    expect(windows.open.spilled).toBeGreaterThan(0)
    expect(towards(closeAll(windows), '10.0.1.9')).toBeDefined()
  })

  it('never lose a packet: the sum over windows is what came in', () => {
    fc.assert(fc.property(fc.array(fc.record({ timeMs: fc.nat(5000), host: fc.nat(3) }), { maxLength: 80 }), (events) => {
      const sorted = [...events].sort((a, b) => a.timeMs - b.timeMs)
      const windows = windowsOf(sorted.map(({ timeMs, host }) => packet({ timeMs, destination: `10.0.0.${host + 10}` })))
      expect(windows.reduce((sum, window) => sum + window.inPackets, 0)).toBe(events.length)
    }))
  })
})

describe('windows of flow records', () => {
  it('count only the first second of a long flow', () => {
    expect(firstSecond(1000, 50_000, 10_000)).toEqual({ packets: 100, bytes: 5000 })
    expect(firstSecond(3, 120, 60_000)).toEqual({ packets: 1, bytes: 2 })
    expect(firstSecond(0, 0, 60_000)).toEqual({ packets: 0, bytes: 0 })
    expect(firstSecond(7, 70, 900)).toEqual({ packets: 7, bytes: 70 })
  })

  it('count the handshake at the responder and the answers at the initiator', () => {
    const windows = newTargetWindows()
    advance(windows, 0)
    addFlowRecord(windows, flowRecord())
    addFlowRecord(windows, flowRecord({ sourcePort: 2, forwardPackets: 1, backwardPackets: 0, synPackets: 1, backwardBytes: 0 }))
    const closed = closeAll(windows)
    expect(towards(closed, '10.0.0.2')).toMatchObject({ inPackets: 6, outPackets: 5, flows: 2, syn: 2, pureAck: 1, synAck: 0 })
    expect(towards(closed, '10.0.0.1')).toMatchObject({ inPackets: 5, outPackets: 6, flows: 1, syn: 0, synAck: 1 })
  })

  it('that two threads share are those of one, in its order and within its bound', () => {
    const address = fc.integer({ min: 1, max: 14 }).map((n) => `10.0.0.${n}`)
    const traffic = fc.array(fc.record({ source: address, destination: address, timeMs: fc.integer({ min: 0, max: 999 }) }), { maxLength: 80 })
    fc.assert(fc.property(traffic, (ends) => {
      const isEven = (of: string): boolean => Number(of.split('.')[3]) % 2 === 0
      const all = newTargetWindows(10)
      const shares = [newTargetWindows(10, isEven), newTargetWindows(10, (of) => !isEven(of))]
      for (const windows of [all, ...shares]) {
        for (const one of ends.map(packet)) {
          advance(windows, one.timeMs)
          addPacket(windows, one)
        }
      }
      const spilled = shares.map(({ open }) => open.spilled)
      expect(spilled).toEqual([all.open.spilled, all.open.spilled])
      const parts = shares.flatMap((share) => closeAll(share).map((window, i) => ({ window, place: share.places[i] as number })))
      expect(parts.sort((a, b) => a.place - b.place).map(({ window }) => window)).toEqual(closeAll(all))
    }), { numRuns: 300 })
  })
})
