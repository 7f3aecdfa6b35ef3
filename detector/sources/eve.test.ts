import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAll, tempFile } from '../testing/files.js'
import { checkedEvent, eveTime, parseEveEvent, parseEveLine } from './eve.js'

const flow = {
  timestamp: '2026-01-02T03:04:09.000000+0000', flow_id: 1, event_type: 'flow', src_ip: '10.0.0.1', src_port: 4444, dest_ip: '10.0.0.2', dest_port: 80, proto: 'TCP',
  flow: { pkts_toserver: 5, pkts_toclient: 4, bytes_toserver: 600, bytes_toclient: 4000, start: '2026-01-02T03:04:05.250000+0000', end: '2026-01-02T03:04:06.500000+0000', age: 1, state: 'closed' },
  tcp: { tcp_flags: '1b', tcp_flags_ts: '1b', tcp_flags_tc: '1a', syn: true },
}
const netflow = {
  event_type: 'netflow', src_ip: 'fd00::1', src_port: 53, dest_ip: 'fd00::2', dest_port: 999, proto: 'UDP',
  netflow: { pkts: 3, bytes: 300, start: '2026-01-02T03:04:05.000000+0200', end: '2026-01-02T03:04:05.000000+0200', age: 0 },
}

describe('EVE JSON', () => {
  it('reads a flow event with both directions, bytes being those of frames', () => {
    expect(parseEveLine(JSON.stringify(flow))).toMatchObject({
      kind: 'flow', startMs: Date.UTC(2026, 0, 2, 3, 4, 5, 250), endMs: Date.UTC(2026, 0, 2, 3, 4, 6, 500),
      source: '10.0.0.1', destinationPort: 80, protocol: 6, forwardPackets: 5, backwardPackets: 4,
      forwardBytes: 600, byteLayer: 'frame', synPackets: 2, rstPackets: 0,
    })
  })

  it('reads a netflow event as one direction', () => {
    expect(parseEveLine(JSON.stringify(netflow))).toMatchObject({ forwardPackets: 3, backwardPackets: 0, protocol: 17, startMs: Date.UTC(2026, 0, 2, 1, 4, 5) })
  })

  it('counts broken lines and other events, and reads on', async () => {
    const text = [JSON.stringify(flow), '{"event_type":"flow","src_ip":', JSON.stringify({ event_type: 'dns' }),
      JSON.stringify({ ...flow, flow: {} }), '', JSON.stringify({ ...flow, flow: { ...flow.flow, start: 'soon' } }), '17', JSON.stringify(netflow)].join('\n')
    const kinds = (await readAll(tempFile(text))).map((item) => item.kind === 'skipped' ? item.reason : item.kind)
    expect(kinds.sort()).toEqual(['bad-row', 'bad-row', 'bad-time', 'broken-json', 'flow', 'flow', 'other-event'])
  })

  it('understands offsets with and without a colon', () => {
    expect(eveTime('2026-01-02T03:04:05.5+0100')).toBe(eveTime('2026-01-02T03:04:05.5+01:00'))
    expect(eveTime('2026-01-02T03:04:05Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5))
    expect(eveTime('2026-01-02 03:04:05')).toBeUndefined()
  })

  it('reads times in the usual form as it reads the same times in another, to the bit', () => {
    const two = (most: number): fc.Arbitrary<string> => fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'))
    const parts = fc.tuple(fc.constantFrom('0001', '0099', '1969', '2024', '2026', '2x26'), two(13), two(32), two(24), two(60), two(60), fc.integer({ min: 0, max: 999_999 }))
    fc.assert(fc.property(parts, ([year, month, day, hour, minute, second, micros]) => {
      const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${String(micros).padStart(6, '0')}`
      expect(eveTime(`${text}+0000`)).toBe(eveTime(`${text}+00:00`))
    }), { numRuns: 5000 })
  })

  it('takes what the schema takes, and nothing else, however unusual', () => {
    const odd = fc.oneof(fc.constantFrom<unknown>(undefined, null, -1, 65_535, 65_536, 2 ** 53, 1.5, '', '1', 'x'.repeat(46), [], {}, true), fc.jsonValue())
    const paths = [...Object.keys(flow).map((name) => [name]), ...Object.keys(flow.flow).map((name) => ['flow', name]), ...Object.keys(flow.tcp).map((name) => ['tcp', name])]
    fc.assert(fc.property(fc.constantFrom(...paths), odd, ([first, second], value) => {
      const name = first as keyof typeof flow
      const changed = { ...flow, [name]: second === undefined ? value : { ...(flow[name] as object), [second]: value } }
      expect(parseEveEvent(changed)).toEqual(checkedEvent(changed))
    }), { numRuns: 3000 })
  })
})
