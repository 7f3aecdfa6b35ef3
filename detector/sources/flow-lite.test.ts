import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { packageFile } from '../../platform/package-root.js'
import { readAll, tempFile } from '../testing/files.js'
import { ipBytesOf, payloadBytesOf } from './byte-layers.js'
import { FLOW_LITE_FIELDS, parseFlowLite } from './flow-lite.js'
import { openSource } from './open-source.js'
import { provenanceFor } from './provenance.js'
import { flowRecord } from '../testing/traffic.js'

const FLOW = {
  schema: 'flow-lite/1', start: '2026-01-02T03:04:05.25Z', end: 1_767_323_046_000, src_ip: '10.0.0.1', src_port: 40_000, dst_ip: 'FD00:0:0::1', dst_port: 80, protocol: 'tcp',
  fwd_packets: 5, bwd_packets: 4, byte_layer: 'ip', fwd_bytes: 600, bwd_bytes: 4000, syn_packets: 2, sensor: 'edge-1', sampling: 10,
}
const provenanceOf = provenanceFor('flow-lite', 'flows.ndjson')
const faultOf = (more: object): string => {
  const item = parseFlowLite({ ...FLOW, ...more }, provenanceOf)
  return item.kind === 'skipped' ? `${item.reason}/${item.field}` : item.kind
}

describe('flow-lite', () => {
  it('is what its documentation shows', () => {
    const text = readFileSync(packageFile('docs/detector.md'), 'utf8')
    const example = /^\{"schema": "flow-lite.*$/m.exec(text)?.[0] as string
    expect(parseFlowLite(JSON.parse(example), provenanceOf)).toMatchObject({ kind: 'flow', synPackets: 2 })
    const documented = [...text.matchAll(/^\| (`[a-z_`, ]+`) \|/gm)].flatMap(([, names]) => [...(names as string).matchAll(/`([a-z_]+)`/g)].map(([, name]) => name as string))
    for (const name of FLOW_LITE_FIELDS) expect(documented).toContain(name)
  })

  it('is read whole, with what it says of its sensor', async () => {
    const opened = await openSource(tempFile(`${JSON.stringify(FLOW)}\n`, 'flows.ndjson'))
    expect(opened.format).toBe('flow-lite')
    await opened.items.return(undefined)
    expect(parseFlowLite(FLOW, provenanceOf)).toMatchObject({
      kind: 'flow', startMs: Date.UTC(2026, 0, 2, 3, 4, 5, 250), endMs: Date.UTC(2026, 0, 2, 3, 4, 6), source: '10.0.0.1', destination: 'fd00::1', destinationPort: 80, protocol: 6,
      forwardPackets: 5, backwardBytes: 4000, byteLayer: 'ip', synPackets: 2, rstPackets: undefined, finPackets: undefined,
      provenance: { format: 'flow-lite', origin: 'flows.ndjson', byteLayer: 'ip', sensor: 'edge-1', sampling: 10 },
    })
    expect(provenanceOf('ip', FLOW)).toBe(provenanceOf('ip', { ...FLOW }))
  })

  it.each([
    [{ start: '2026-01-02T03:04:05' }, 'bad-time/start'], [{ end: 'later' }, 'bad-time/end'], [{ end: 1_767_323_045_000 }, 'bad-time/end'], [{ src_ip: '10.0.0.300' }, 'bad-row/src_ip'],
    [{ dst_port: 65_536 }, 'bad-number/dst_port'], [{ protocol: 'carrier pigeon' }, 'bad-row/protocol'], [{ fwd_packets: -1 }, 'bad-number/fwd_packets'], [{ bwd_bytes: '600' }, 'bad-number/bwd_bytes'],
    [{ byte_layer: undefined }, 'bad-row/byte_layer'], [{ byte_layer: 'l4' }, 'bad-row/byte_layer'], [{ schema: 'flow-lite/2' }, 'bad-row/schema'], [{ packets: 3 }, 'bad-row/packets'], [{ sampling: 0 }, 'bad-number/sampling'],
  ])('%j is refused as %s', (more, fault) => {
    expect(faultOf(more)).toBe(fault)
  })

  it('stands in one file with EVE and Zeek, each line as what it is', async () => {
    const eve = { event_type: 'flow', src_ip: '10.0.0.1', dest_ip: '10.0.0.2', proto: 'TCP', flow: { pkts_toserver: 3, pkts_toclient: 2, bytes_toserver: 200, bytes_toclient: 100, start: '2026-01-02T03:04:05.000000+0000', end: '2026-01-02T03:04:06.000000+0000' } }
    const zeek = { ts: 1_767_323_045, 'id.orig_h': '10.0.0.1', 'id.orig_p': 1, 'id.resp_h': '10.0.0.2', 'id.resp_p': 2, proto: 'udp', orig_pkts: 1, resp_pkts: 0 }
    const items = await readAll(tempFile([FLOW, eve, zeek].map((line) => JSON.stringify(line)).join('\n')))
    expect(items.map((item) => item.kind === 'flow' && item.provenance?.format).sort()).toEqual(['eve', 'flow-lite', 'zeek'])
  })
})

describe('the bytes of a flow', () => {
  /** A connection of five and four packets with 200 and 2000 bytes of payload, as each layer counts it. */
  const layers = { payload: [200, 2000], ip: [460, 2208], frame: [530, 2264] } as const
  it.each(['payload', 'ip', 'frame'] as const)('counted as %s come near to each other at one layer', (byteLayer) => {
    const [forwardBytes, backwardBytes] = layers[byteLayer]
    const record = flowRecord({ forwardPackets: 5, backwardPackets: 4, byteLayer, forwardBytes, backwardBytes })
    const ip = ipBytesOf(record)
    expect(Math.abs(ip.forward - layers.ip[0]) / 5).toBeLessThanOrEqual(12)
    expect(Math.abs(ip.backward - layers.ip[1]) / 4).toBeLessThanOrEqual(12)
    const payload = payloadBytesOf(record)
    expect(Math.abs(payload.forward - layers.payload[0]) / 5).toBeLessThanOrEqual(20)
  })

  it('are exact where the exporter counts them', () => {
    expect(ipBytesOf(flowRecord({ byteLayer: 'ip', forwardBytes: 61, backwardBytes: 0 }))).toEqual({ forward: 61, backward: 0 })
    expect(payloadBytesOf(flowRecord({ byteLayer: 'ip', forwardBytes: 9000, backwardBytes: 9000, forwardPayloadBytes: 1, backwardPayloadBytes: 0 }))).toEqual({ forward: 1, backward: 0 })
  })
})
