import { describe, expect, it } from 'vitest'
import { ACK, FIN, RST, SYN, type FlowRecord } from '../records.js'
import { createPairing } from './pairing.js'
import type { RawFlow } from './raw-flow.js'

const provenance = { format: 'netflow-v9', origin: '192.0.2.1/0', byteLayer: 'ip' } as const
const way = (more: Partial<RawFlow> = {}): RawFlow => ({
  kind: 'raw-flow', startMs: 1000, endMs: 2000, source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 40_000, destinationPort: 443, protocol: 6,
  forward: { packets: 8, bytes: 924, flags: SYN | ACK | FIN }, backward: undefined, byteLayer: 'ip', provenance, ...more,
})
const back = (more: Partial<RawFlow> = {}): RawFlow => way({ source: '10.0.0.2', destination: '10.0.0.1', sourcePort: 443, destinationPort: 40_000, forward: { packets: 9, bytes: 4476, flags: SYN | ACK | RST }, startMs: 1010, endMs: 2010, ...more })
const WHOLE: Partial<FlowRecord> = { source: '10.0.0.1', destinationPort: 443, forwardPackets: 8, backwardPackets: 9, forwardBytes: 924, backwardBytes: 4476, startMs: 1000, endMs: 2010, synPackets: 2, rstPackets: 1, finPackets: 1 }

describe('two records of one conversation', () => {
  it('are one flow from who began, whichever came first', () => {
    for (const [first, second] of [[way(), back()], [back(), way()]] as const) {
      const pairing = createPairing({ nowMs: () => 0 })
      expect(pairing.add(first)).toEqual([])
      expect(pairing.add(second)).toMatchObject([WHOLE])
      expect(pairing.counts).toEqual({ paired: 1, alone: 0, crowdedOut: 0 })
    }
  })

  it('that began at one moment are of who sent a SYN that is no answer, else towards the lower port', () => {
    const opened = createPairing({ nowMs: () => 0 })
    opened.add(back({ startMs: 1000, sourcePort: 50_000, forward: { packets: 1, bytes: 40, flags: RST | ACK } }))
    expect(opened.add(way({ destinationPort: 50_000, forward: { packets: 1, bytes: 40, flags: SYN } }))).toMatchObject([{ source: '10.0.0.1', synPackets: 1, rstPackets: 1 }])
    const ports = createPairing({ nowMs: () => 0 })
    ports.add(back({ startMs: 1000 }))
    expect(ports.add(way())).toMatchObject([{ source: '10.0.0.1' }])
  })

  it('are two where their times are far apart, or where two exporters saw them', () => {
    const pairing = createPairing({ nowMs: () => 0 })
    pairing.add(way())
    expect(pairing.add(back({ startMs: 60_000, endMs: 60_000 }))).toEqual([])
    const others = createPairing({ nowMs: () => 0 })
    others.add(way())
    expect(others.add(back({ provenance: { ...provenance, origin: '192.0.2.2/0' } }))).toEqual([])
  })

  it('wait for each other for a while and in a crowd of bounded size', () => {
    let now = 0
    const pairing = createPairing({ nowMs: () => now, windowMs: 100, capacity: 2 })
    pairing.add(way({ sourcePort: 1 }))
    pairing.add(way({ sourcePort: 2 }))
    expect(pairing.add(way({ sourcePort: 3 }))).toMatchObject([{ sourcePort: 1, backwardPackets: 0, synPackets: 1 }])
    now = 99
    expect(pairing.expired()).toEqual([])
    now = 100
    expect(pairing.expired()).toMatchObject([{ sourcePort: 2 }, { sourcePort: 3 }])
    expect(pairing.counts).toEqual({ paired: 0, alone: 3, crowdedOut: 1 })
  })

  it('wait no longer where the exporter went on in time, as one that sends what it kept', () => {
    const pairing = createPairing({ nowMs: () => Date.UTC(2026, 0, 1), windowMs: 10_000 })
    pairing.add(way({ sourcePort: 1 }))
    // What ended earlier may come later, as when a cache is emptied: that is no reason to go alone.
    pairing.add(way({ sourcePort: 2, startMs: 0, endMs: 0 }))
    pairing.add(way({ sourcePort: 5, startMs: 11_000, endMs: 11_999 }))
    expect(pairing.expired()).toEqual([])
    pairing.add(way({ sourcePort: 3, startMs: 12_000, endMs: 12_000 }))
    expect(pairing.expired()).toMatchObject([{ sourcePort: 1 }, { sourcePort: 2 }])
    pairing.add(way({ sourcePort: 4, startMs: Date.UTC(2099, 0, 1), endMs: Date.UTC(2099, 0, 1) }))
    expect(pairing.expired()).toEqual([])
  })

  it('of a direction that goes on lets its earlier part go', () => {
    const pairing = createPairing({ nowMs: () => 0 })
    pairing.add(way())
    expect(pairing.add(way({ startMs: 2000, endMs: 3000 }))).toMatchObject([{ startMs: 1000, backwardPackets: 0 }])
    expect(pairing.add(back({ startMs: 2010, endMs: 3000 }))).toMatchObject([{ startMs: 2000, backwardPackets: 9 }])
  })

  it('say nothing of flags that the exporter left out', () => {
    const pairing = createPairing({ nowMs: () => 0 })
    const both = way({ forward: { packets: 1, bytes: 40, flags: undefined }, backward: { packets: 1, bytes: 40, flags: undefined } })
    expect(pairing.add(both)).toMatchObject([{ synPackets: undefined, rstPackets: undefined, finPackets: undefined, tcpFlags: undefined, backwardPackets: 1 }])
    expect(pairing.add({ ...both, protocol: 17 })).toMatchObject([{ synPackets: 0, tcpFlags: 0 }])
  })
})
