import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ethernet, ipv4, ipv6, pcap, pcapng, tcp, udp } from '../testing/bytes.js'
import { readAll, tempFile } from '../testing/files.js'
import { flowLiteOf, flowRows, zeekLogOf } from '../testing/flow-rows.js'
import { SourceError } from './errors.js'
import { createLineReader } from './flow-lines.js'
import { parseEveLine } from './eve.js'
import { decodeFrame } from './packets.js'

const LINK_TYPES = [0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 276, 999]
const frames = [ethernet(0x0800, ipv4(tcp(2))), ethernet(0x86dd, ipv6(17, udp({ payload: 9 }))), ethernet(0x8100, Buffer.alloc(30))]
const records = frames.map((bytes, i) => ({ timeMs: i * 1000, bytes }))
const BASES = [pcap(records), pcap(records, { littleEndian: false }), pcapng(records), Buffer.from('{"event_type":"flow"}\n{"event_type":"netflow","netflow":{}}\n'),
  Buffer.from('Src IP,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Tot Fwd Pkts,Tot Bwd Pkts\n1.1.1.1,2.2.2.2,80,6,2020-01-01 00:00:00,5,1,1\n'),
  Buffer.from(zeekLogOf(flowRows(1).slice(0, 3))), Buffer.from(flowRows(1).slice(0, 3).map(flowLiteOf).join('\n'))]

/** Reading never throws anything but SourceError. */
async function survives(content: Uint8Array): Promise<void> {
  try {
    for (const item of await readAll(tempFile(content, 'fuzz'))) {
      if (item.kind === 'flow') expect([item.startMs, item.endMs, item.forwardPackets, item.backwardPackets, item.forwardBytes, item.backwardBytes].every((value) => Number.isFinite(value) && value >= 0)).toBe(true)
      if (item.kind === 'packet') expect(Number.isFinite(item.timeMs) && item.payloadBytes >= 0 && item.ipBytes >= 0).toBe(true)
    }
  } catch (error) {
    expect(error).toBeInstanceOf(SourceError)
  }
}

describe('parsers survive what they are given', () => {
  it('any bytes as a frame of any link type', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...LINK_TYPES), (bytes, linkType) => {
      const item = decodeFrame({ kind: 'frame', timeMs: 0, linkType, bytes: Buffer.from(bytes), wireBytes: bytes.length })
      expect(['packet', 'skipped']).toContain(item.kind)
    }), { numRuns: 3000 })
  })

  it('valid files with mutated bytes', async () => {
    await fc.assert(fc.asyncProperty(
      fc.constantFrom(...BASES), fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
      async (base, changes) => {
        const mutated = Uint8Array.from(base)
        for (const [at, value] of changes) mutated[at % mutated.length] = value
        await survives(mutated)
      }), { numRuns: 400 })
  })

  it('valid files cut anywhere', async () => {
    for (const base of BASES) for (let length = 0; length < base.length; length += 3) await survives(base.subarray(0, length))
  })

  it('any bytes as a file', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: 200 })
  })

  it('any lines as a log, headers and cells among them', () => {
    const word = fc.oneof(fc.constantFrom('#separator \\x09', '#fields', '#types', '#path', 'conn', 'ts', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'proto', 'orig_pkts', 'resp_pkts', '-', '(empty)', '10.0.0.1', '1', '1e400', '-0', '\\x', 'NaN'), fc.string())
    fc.assert(fc.property(fc.array(fc.array(word).map((words) => words.join('\t'))), (lines) => {
      const reader = createLineReader('log')
      for (const line of lines) expect(['flow', 'skipped', undefined]).toContain(reader.read(line)?.kind)
    }), { numRuns: 2000 })
  })

  it('flow-lite with any values', () => {
    const names = Object.keys(JSON.parse(flowLiteOf(flowRows(1)[0] as Parameters<typeof flowLiteOf>[0])) as object)
    const reader = createLineReader('log')
    fc.assert(fc.property(fc.record(Object.fromEntries(names.map((name) => [name, name === 'schema' ? fc.constant('flow-lite/1') : fc.oneof(fc.jsonValue(), fc.constantFrom(0, -0, 1e308, '2026-01-01T00:00:00Z', '::', 'tcp', 'ip'))]))), (value) => {
      expect(['flow', 'skipped']).toContain(reader.read(JSON.stringify(value))?.kind)
    }), { numRuns: 2000 })
  })

  it('any JSON as an EVE line', () => {
    fc.assert(fc.property(fc.json(), (text) => { expect(['flow', 'skipped']).toContain(parseEveLine(text).kind) }), { numRuns: 1000 })
  })
})
