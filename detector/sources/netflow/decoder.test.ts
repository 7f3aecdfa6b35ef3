import { describe, expect, it } from 'vitest'
import { fieldsOf, ip, ipfix, ipfixOptions, plain, PLAIN, set, template, u16, u32, u64, u8, v5, v9, v9Options, type Field, type Way } from '../../testing/netflow-bytes.js'
import { createFlowDecoder, MAX_DOMAINS, type FlowDecoder } from './decoder.js'
import { MAX_TEMPLATES, TEMPLATE_LIFETIME_MS } from './domain.js'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
const WAY: Way = { source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 40_000, destinationPort: 443, packets: 8, bytes: 924, flags: 0x1b, startMs: NOW - 1500, endMs: NOW - 500 }
const EXPECTED = { kind: 'raw-flow', source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 40_000, destinationPort: 443, protocol: 6, forward: { packets: 8, bytes: 924, flags: 0x1b }, backward: undefined, byteLayer: 'ip', startMs: NOW - 1500, endMs: NOW - 500 }
const A = '192.0.2.1'
const itemsOf = (decoder: FlowDecoder, ...datagrams: readonly Buffer[]): unknown[] => datagrams.flatMap((one) => decoder.decode(A, one).items)

describe('NetFlow v5', () => {
  it('gives one direction a record, with times from the uptime of the exporter', () => {
    const { items, fault, lost } = createFlowDecoder().decode(A, v5([WAY], { exportMs: NOW, uptimeMs: 100_000, engine: 7 }))
    expect(items).toMatchObject([{ ...EXPECTED, provenance: { format: 'netflow-v5', origin: '192.0.2.1/7', byteLayer: 'ip' } }])
    expect([fault, lost]).toEqual([undefined, 0])
  })

  it('is right when the uptime has just begun anew, and when a flow ended after the datagram was begun', () => {
    expect(itemsOf(createFlowDecoder(), v5([WAY], { exportMs: NOW, uptimeMs: 200 }))).toMatchObject([EXPECTED])
    const late = { ...WAY, endMs: NOW + 40 }
    expect(itemsOf(createFlowDecoder(), v5([late], { exportMs: NOW, uptimeMs: 10_000 }))).toMatchObject([{ startMs: NOW - 1500, endMs: NOW + 40 }])
  })

  it('multiplies by the sampling interval of its header, and says so', () => {
    // The two high bits are the mode.
    expect(itemsOf(createFlowDecoder(), v5([WAY], { exportMs: NOW, uptimeMs: 0, sampling: 0x4000 | 100 }))).toMatchObject([{ forward: { packets: 800, bytes: 92_400 }, provenance: { sampling: 100 } }])
  })

  it('counts the records that were lost, and neither what was overtaken nor an exporter that began anew', () => {
    const decoder = createFlowDecoder()
    const at = (sequence: number): Buffer => v5([WAY, WAY], { exportMs: NOW, uptimeMs: 0, sequence })
    expect([0xffff_fffe, 0, 2, 14, 8, 16, 4_000_000].map((sequence) => decoder.decode(A, at(sequence)).lost)).toEqual([0, 0, 0, 10, 0, 0, 0])
  })

  it('with fewer bytes than records gives those that are whole', () => {
    const decoded = createFlowDecoder().decode(A, v5([WAY], { exportMs: NOW, uptimeMs: 0, count: 30 }))
    expect([decoded.items.length, decoded.fault]).toEqual([1, 'CUT_RECORDS'])
    expect(createFlowDecoder().decode(A, v5([], { exportMs: NOW, uptimeMs: 0 }).subarray(0, 23)).fault).toBe('CUT_HEADER')
    expect(createFlowDecoder().decode(A, Buffer.from([0, 7, 1, 1])).fault).toBe('UNKNOWN_VERSION')
  })
})

/** NetFlow v9 as routers write it: uptimes, and an interface that is skipped. */
const UPTIMES: readonly Field[] = [[8, 4], [10, 2], [12, 4], [7, 2], [11, 2], [4, 1], [2, 4], [1, 4], [6, 1], [22, 4], [21, 4]]
const uptimes = (way: Way, uptimeMs: number): Buffer => Buffer.concat([
  ip(way.source), u16(9), ip(way.destination), u16(way.sourcePort), u16(way.destinationPort), u8(6), u32(way.packets), u32(way.bytes), u8(way.flags ?? 0), u32(uptimeMs - (NOW - way.startMs)), u32(uptimeMs - (NOW - way.endMs)),
])

describe('NetFlow v9', () => {
  it('reads by the template of the exporter and its domain, and by no other', () => {
    const decoder = createFlowDecoder()
    const data = v9([set(300, uptimes(WAY, 50_000), Buffer.alloc(3))], { exportMs: NOW, uptimeMs: 50_000, sequence: 1, domain: 5 })
    expect(itemsOf(decoder, v9([set(0, template(300, UPTIMES))], { exportMs: NOW, domain: 5 }), data)).toMatchObject([{ ...EXPECTED, provenance: { format: 'netflow-v9', origin: '192.0.2.1/5' } }])
    expect(decoder.decode('192.0.2.2', data).items).toEqual([])
    expect(itemsOf(decoder, v9([set(300, uptimes(WAY, 50_000))], { exportMs: NOW, uptimeMs: 50_000, domain: 6 }))).toEqual([])
  })

  it('that comes before its template waits for it', () => {
    const decoder = createFlowDecoder()
    const data = (sequence: number): Buffer => v9([set(300, uptimes(WAY, 50_000))], { exportMs: NOW, uptimeMs: 50_000, sequence })
    expect(itemsOf(decoder, data(0), data(1))).toEqual([])
    expect(itemsOf(decoder, v9([set(0, template(300, UPTIMES))], { exportMs: NOW + 60_000, uptimeMs: 110_000, sequence: 2 }))).toMatchObject([EXPECTED, EXPECTED])
  })

  it('that never gets its template is given up for what comes later, and counted', () => {
    const decoder = createFlowDecoder()
    const undecoded = Array.from({ length: 70 }, (_one, sequence) => decoder.decode(A, v9([set(300, Buffer.alloc(1000))], { exportMs: NOW, sequence })).undecoded)
    expect(undecoded.reduce((sum, one) => sum + one, 0)).toBe(6)
  })

  it('takes the sampling interval from options, by the sampler that a record names', () => {
    const decoder = createFlowDecoder()
    const sampled: readonly Field[] = [...PLAIN, [48, 1]]
    const flow = (sampler: number): Buffer => Buffer.concat([plain(WAY), u8(sampler)])
    const items = itemsOf(decoder,
      v9([set(1, v9Options(400, [[1, 4]], [[48, 1], [50, 4]]), u16(0)), set(400, u32(1), u8(3), u32(1000), u32(2), u8(4), u32(10))], { exportMs: NOW }),
      v9([set(0, template(300, sampled)), set(300, flow(3), flow(4), flow(5))], { exportMs: NOW, sequence: 1 }))
    expect(items).toMatchObject([{ forward: { packets: 8000 }, provenance: { sampling: 1000 } }, { forward: { packets: 80 }, provenance: { sampling: 10 } }, { forward: { packets: 8 } }])
  })

  it('counts lost datagrams', () => {
    const decoder = createFlowDecoder()
    expect([7, 8, 12].map((sequence) => decoder.decode(A, v9([], { exportMs: NOW, sequence })).lost)).toEqual([0, 0, 3])
  })
})

describe('IPFIX', () => {
  it('skips enterprise fields and fields of any length by their length', () => {
    const fields: readonly Field[] = [[96, 0xffff], ...PLAIN, [1, 4, 9999], [82, 0xffff], [371, 0xffff, 9999]]
    const record = (name: Buffer): Buffer => Buffer.concat([u8(3), Buffer.from('ssl'), plain(WAY), u32(77), name, u8(0)])
    const long = Buffer.concat([u8(255), u16(300), Buffer.alloc(300, 0x41)])
    const items = itemsOf(createFlowDecoder(), ipfix([set(2, template(500, fields)), set(500, record(Buffer.concat([u8(4), Buffer.from('eth0')])), record(long), record(u8(0)))], { exportMs: NOW, domain: 1 }))
    expect(items).toMatchObject([EXPECTED, EXPECTED, EXPECTED])
    expect(items[0]).toMatchObject({ provenance: { format: 'ipfix', origin: '192.0.2.1/1' } })
  })

  it('reads both directions of a biflow (RFC 5103)', () => {
    const fields: readonly Field[] = [...PLAIN, [2, 4, 29_305], [1, 8, 29_305], [6, 1, 29_305]]
    expect(itemsOf(createFlowDecoder(), ipfix([set(2, template(500, fields)), set(500, plain(WAY), u32(9), u64(4476), u8(0x13))], { exportMs: NOW }))).toMatchObject([{ ...EXPECTED, backward: { packets: 9, bytes: 4476, flags: 0x13 } }])
  })

  it('understands the times that exporters write', () => {
    const rest = PLAIN.slice(0, -2)
    const head = plain(WAY).subarray(0, -16)
    const ntp = (ms: number): Buffer => Buffer.concat([u32(Math.floor(ms / 1000) + 2_208_988_800), u32((ms % 1000) / 1000 * 2 ** 32)])
    const cases: readonly (readonly [readonly Field[], Buffer, number])[] = [
      [[[150, 4], [151, 4]], Buffer.concat([u32(Math.floor(WAY.startMs / 1000)), u32(Math.floor(WAY.endMs / 1000))]), 1000],
      [[[154, 8], [155, 8]], Buffer.concat([ntp(WAY.startMs), ntp(WAY.endMs)]), 1], [[[156, 8], [157, 8]], Buffer.concat([ntp(WAY.startMs), ntp(WAY.endMs)]), 1],
      [[[158, 4], [159, 4]], Buffer.concat([u32(1_500_000), u32(500_000)]), 1],
      [[[160, 8], [22, 4], [21, 4]], Buffer.concat([u64(NOW - 60_000), u32(58_500), u32(59_500)]), 1],
      [[[152, 8], [161, 4]], Buffer.concat([u64(WAY.startMs), u32(1000)]), 1], [[[152, 8], [162, 4]], Buffer.concat([u64(WAY.startMs), u32(1_000_000)]), 1],
    ]
    for (const [fields, bytes, exactMs] of cases) {
      const [flow] = itemsOf(createFlowDecoder(), ipfix([set(2, template(500, [...rest, ...fields])), set(500, head, bytes)], { exportMs: NOW })) as { startMs: number; endMs: number }[]
      expect(Math.abs((flow?.startMs ?? 0) - WAY.startMs)).toBeLessThan(exactMs)
      expect(Math.abs((flow?.endMs ?? 0) - WAY.endMs)).toBeLessThan(exactMs)
    }
    // Uptimes without a boot time: only their distance is known.
    expect(itemsOf(createFlowDecoder(), ipfix([set(2, template(500, [...rest, [22, 4], [21, 4]])), set(500, head, u32(100), u32(1100))], { exportMs: NOW }))).toMatchObject([{ startMs: NOW - 1000, endMs: NOW }])
  })

  it('takes sampling from a count of packets and the space behind them, or from the probability', () => {
    const decoder = createFlowDecoder()
    const data = ipfix([set(2, template(500, PLAIN)), set(500, plain(WAY))], { exportMs: NOW })
    itemsOf(decoder, ipfix([set(3, ipfixOptions(600, 1, [[149, 4], [305, 4], [306, 4]])), set(600, u32(0), u32(1), u32(511))], { exportMs: NOW }))
    expect(itemsOf(decoder, data)).toMatchObject([{ forward: { packets: 8 * 512 }, provenance: { sampling: 512 } }])
    const probability = Buffer.alloc(8)
    probability.writeDoubleBE(0.01)
    itemsOf(decoder, ipfix([set(3, ipfixOptions(601, 1, [[149, 4], [311, 8]])), set(601, u32(0), probability)], { exportMs: NOW }))
    expect(itemsOf(decoder, data)).toMatchObject([{ forward: { packets: 800 } }])
  })

  it('counts lost records, but not over a message that it could not read', () => {
    const decoder = createFlowDecoder()
    const data = (sequence: number, id = 500): Buffer => ipfix([set(id, plain(WAY), plain(WAY))], { exportMs: NOW, sequence })
    itemsOf(decoder, ipfix([set(2, template(500, PLAIN))], { exportMs: NOW, sequence: 10 }))
    expect([data(10), data(12), data(19), data(21, 501), data(23), data(25)].map((one) => decoder.decode(A, one).lost)).toEqual([0, 0, 5, 0, 0, 0])
  })

  it('counts nothing as lost where the exporter counts the datagram itself, and leaves out options', () => {
    const decoder = createFlowDecoder()
    const data = (sequence: number, records: number): Buffer => ipfix([set(500, ...Array.from({ length: records }, () => plain(WAY)))], { exportMs: NOW, sequence })
    const first = ipfix([set(2, template(500, PLAIN)), set(3, ipfixOptions(600, 1, [[149, 4]])), set(600, u32(0)), set(500, plain(WAY))], { exportMs: NOW, sequence: 1 })
    expect([first, data(6, 5), data(9, 3), data(13, 4), data(25, 4)].map((one) => decoder.decode(A, one).lost)).toEqual([0, 0, 0, 0, 8])
  })

  it('forgets a template that is withdrawn, one or all', () => {
    for (const id of [500, 2]) {
      const decoder = createFlowDecoder()
      itemsOf(decoder, ipfix([set(2, template(500, PLAIN)), set(2, u16(id), u16(0))], { exportMs: NOW }))
      expect(itemsOf(decoder, ipfix([set(500, plain(WAY))], { exportMs: NOW }))).toEqual([])
    }
  })

  it('says what is no flow or lacks its counts', () => {
    const without = (...elements: readonly number[]): readonly Field[] => PLAIN.map((field) => elements.includes(field[0]) ? [95, field[1]] : field)
    const cases: readonly (readonly [readonly Field[], string])[] = [[without(8), 'other-event/sourceIPv4Address'], [without(2), 'bad-row/packetDeltaCount'], [without(1), 'bad-row/octetDeltaCount']]
    for (const [fields, fault] of cases) {
      const [item] = itemsOf(createFlowDecoder(), ipfix([set(2, template(500, fields)), set(500, plain(WAY))], { exportMs: NOW })) as { reason: string; field: string }[]
      expect(`${item?.reason}/${item?.field}`).toBe(fault)
    }
    expect(itemsOf(createFlowDecoder(), ipfix([set(2, template(500, PLAIN.map((field) => field[0] === 1 ? [352, 8] : field))), set(500, plain(WAY))], { exportMs: NOW }))).toMatchObject([{ byteLayer: 'frame' }])
  })
})

describe('a datagram that is broken', () => {
  const faulty: readonly (readonly [string, Buffer])[] = [
    ['CUT_HEADER', ipfix([], { exportMs: NOW }).subarray(0, 15)],
    ['CUT_HEADER', Buffer.concat([u16(10), u16(60_000), Buffer.alloc(12)])],
    ['CUT_HEADER', v9([], { exportMs: NOW }).subarray(0, 19)],
    ['BAD_SET_LENGTH', ipfix([Buffer.concat([u16(300), u16(3), u32(0)])], { exportMs: NOW })],
    ['BAD_SET_LENGTH', v9([Buffer.concat([u16(300), u16(400), u32(0)])], { exportMs: NOW })],
    ['BAD_TEMPLATE', ipfix([set(2, template(255, PLAIN))], { exportMs: NOW })],
    ['BAD_TEMPLATE', ipfix([set(2, template(300, [[8, 0], [12, 0]]))], { exportMs: NOW })],
    ['BAD_TEMPLATE', ipfix([set(2, u16(300), u16(600), fieldsOf(PLAIN))], { exportMs: NOW })],
    ['BAD_TEMPLATE', ipfix([set(3, ipfixOptions(300, 9, [[149, 4]]))], { exportMs: NOW })],
    ['BAD_TEMPLATE', v9([set(0, u16(300), u16(5), fieldsOf([[8, 4]]))], { exportMs: NOW })],
    ['CUT_RECORD', ipfix([set(2, template(300, [[96, 0xffff], [8, 4]])), set(300, u8(200), u32(1), u32(2))], { exportMs: NOW })],
  ]
  it.each(faulty)('is said to be %s', (fault, datagram) => {
    expect(createFlowDecoder().decode(A, datagram).fault).toBe(fault)
  })

  it('gives what stood before the fault', () => {
    const decoded = createFlowDecoder().decode(A, ipfix([set(2, template(300, PLAIN)), set(300, plain(WAY)), Buffer.concat([u16(300), u16(1)])], { exportMs: NOW }))
    expect(decoded).toMatchObject({ items: [EXPECTED], fault: 'BAD_SET_LENGTH' })
  })
})

describe('what a decoder remembers', () => {
  it('is bounded, however many domains and templates are made up', () => {
    const decoder = createFlowDecoder()
    for (let domain = 0; domain < MAX_DOMAINS + 50; domain++) decoder.decode(A, ipfix([set(2, template(300, PLAIN))], { exportMs: NOW, domain }))
    expect(decoder.size.domains).toBe(MAX_DOMAINS)
    const one = createFlowDecoder()
    for (let id = 256; id < 256 + MAX_TEMPLATES + 50; id++) one.decode(A, ipfix([set(2, template(id, [[8, 4]]))], { exportMs: NOW }))
    expect(one.size.templates).toBe(MAX_TEMPLATES)
    const wide: readonly Field[] = Array.from({ length: 300 }, () => [8, 4] as const)
    for (let id = 256; id < 300; id++) one.decode(A, ipfix([set(2, template(id, wide))], { exportMs: NOW }))
    expect(one.size.templates).toBe(13)
  })

  it('holds a template for as long as exporters take to say it again', () => {
    let now = NOW
    const decoder = createFlowDecoder({ nowMs: () => now })
    itemsOf(decoder, ipfix([set(2, template(300, PLAIN))], { exportMs: NOW }))
    now += TEMPLATE_LIFETIME_MS
    expect(itemsOf(decoder, ipfix([set(300, plain(WAY))], { exportMs: NOW }))).toHaveLength(1)
    now += 1
    expect(itemsOf(decoder, ipfix([set(300, plain(WAY))], { exportMs: NOW }))).toHaveLength(0)
  })
})
