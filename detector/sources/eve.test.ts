import { describe, expect, it } from 'vitest'
import { readAll, tempFile } from '../testing/files.js'
import { eveTime, parseEveLine } from './eve.js'

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
})
