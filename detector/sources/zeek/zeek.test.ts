import { describe, expect, it } from 'vitest'
import { readAll, tempFile } from '../../testing/files.js'
import { openSource } from '../open-source.js'
import type { FlowRecord } from '../records.js'
import { tcpCountsOf } from './history.js'

const FIELDS = ['ts', 'uid', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'proto', 'service', 'duration', 'orig_bytes', 'resp_bytes', 'conn_state', 'local_orig', 'local_resp', 'missed_bytes', 'history', 'orig_pkts', 'orig_ip_bytes', 'resp_pkts', 'resp_ip_bytes', 'tunnel_parents']
const TYPES = ['time', 'string', 'addr', 'port', 'addr', 'port', 'enum', 'string', 'interval', 'count', 'count', 'string', 'bool', 'bool', 'count', 'string', 'count', 'count', 'count', 'count', 'set[string]']
const header = (separator = '\t', fields = FIELDS, types = TYPES): string => [
  `#separator ${[...separator].map((sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}`,
  ['#set_separator', ','], ['#empty_field', '(empty)'], ['#unset_field', '-'], ['#path', 'conn'], ['#open', '2026-01-02-03-04-05'], ['#fields', ...fields], ['#types', ...types],
].map((line) => Array.isArray(line) ? line.join(separator) : line).join('\n')

const START = 1_767_323_045.25
const CELLS: Readonly<Record<string, string>> = {
  ts: `${START}00`, uid: 'CUM0KZ3MLUfNB0cl11', 'id.orig_h': '10.0.0.1', 'id.orig_p': '40000', 'id.resp_h': '10.0.0.2', 'id.resp_p': '443', proto: 'tcp', service: 'ssl', duration: '1.500000',
  orig_bytes: '500', resp_bytes: '4000', conn_state: 'SF', local_orig: '-', local_resp: '-', missed_bytes: '0', history: 'ShADadFf', orig_pkts: '8', orig_ip_bytes: '924', resp_pkts: '9', resp_ip_bytes: '4476', tunnel_parents: '(empty)',
}
const row = (more: Readonly<Record<string, string>> = {}, separator = '\t', fields = FIELDS): string => fields.map((name) => ({ ...CELLS, ...more })[name] ?? '-').join(separator)
const log = (rows: readonly string[], top = header()): string => `${[top, ...rows, '#close\t2026-01-02-04-00-00'].join('\n')}\n`
const flows = async (content: string): Promise<FlowRecord[]> => (await readAll(tempFile(content, 'conn.log'))).filter((item) => item.kind === 'flow')

const EXPECTED = {
  startMs: START * 1000, endMs: START * 1000 + 1500, source: '10.0.0.1', sourcePort: 40_000, destination: '10.0.0.2', destinationPort: 443, protocol: 6,
  forwardPackets: 8, backwardPackets: 9, byteLayer: 'ip', forwardBytes: 924, backwardBytes: 4476, forwardPayloadBytes: 500, backwardPayloadBytes: 4000,
  synPackets: 2, rstPackets: 0, finPackets: 2,
}

describe("Zeek's conn.log", () => {
  it('gives IP bytes with payload beside them, and the flags of its history', async () => {
    const opened = await openSource(tempFile(log([row()]), 'conn.log'))
    expect(opened.format).toBe('zeek-tsv')
    const [flow] = await flows(log([row()]))
    expect(flow).toMatchObject(EXPECTED)
    expect(flow?.provenance).toMatchObject({ format: 'zeek', byteLayer: 'ip', origin: expect.stringMatching(/^\d+-conn\.log$/) as string })
    await opened.items.return(undefined)
  })

  it('is read by the names of its columns, in any order, with any separator and any signs for what is missing', async () => {
    const reversed = [...FIELDS].reverse()
    const types = [...TYPES].reverse()
    expect((await flows(log([row({}, ' ', reversed)], header(' ', reversed, types))))[0]).toMatchObject(EXPECTED)
    const other = header().replace('(empty)', 'none').replace('#unset_field\t-', '#unset_field\tNULL')
    expect((await flows(log([row({ duration: 'NULL', history: 'none', service: 'NULL' })], other)))[0]).toMatchObject({ endMs: START * 1000, synPackets: 2, finPackets: 2 })
  })

  it('may be JSON lines, with times as Zeek can be told to write them', async () => {
    const json = (ts: unknown): string => JSON.stringify({ ts, uid: 'C1', 'id.orig_h': '10.0.0.1', 'id.orig_p': 40_000, 'id.resp_h': '10.0.0.2', 'id.resp_p': 443, proto: 'tcp', duration: 1.5, orig_bytes: 500, resp_bytes: 4000, conn_state: 'SF', history: 'ShADadFf', orig_pkts: 8, orig_ip_bytes: 924, resp_pkts: 9, resp_ip_bytes: 4476 })
    const found = await flows([json(START), json(START * 1000), json('2026-01-02T03:04:05.250000Z')].join('\n'))
    expect(found).toHaveLength(3)
    for (const flow of found) expect(flow).toMatchObject(EXPECTED)
  })

  it('of a protocol without flags or ports has none, whichever version of IP', async () => {
    const found = await flows(log([
      row({ proto: 'icmp', 'id.orig_p': '8', 'id.resp_p': '0', history: '-', conn_state: 'OTH' }), row({ proto: 'icmp', 'id.orig_h': 'FE80:0::1', 'id.resp_h': 'fe80::2', 'id.orig_p': '128', 'id.resp_p': '129' }),
      row({ proto: 'udp', history: 'Dd' }),
    ]))
    expect(found.map(({ protocol, source, sourcePort, synPackets }) => [protocol, source, sourcePort, synPackets]).sort()).toEqual([[1, '10.0.0.1', 0, 0], [17, '10.0.0.1', 40_000, 0], [58, 'fe80::1', 0, 0]])
  })

  it('without IP bytes counts payload and says so', async () => {
    const fields = FIELDS.filter((name) => !name.endsWith('_ip_bytes'))
    const [flow] = await flows(log([row({}, '\t', fields)], header('\t', fields, TYPES.slice(0, -2))))
    expect(flow).toMatchObject({ byteLayer: 'payload', forwardBytes: 500, backwardBytes: 4000, provenance: { byteLayer: 'payload' } })
  })

  it('of two runs one after the other is read under the header of each', async () => {
    const fields = FIELDS.filter((name) => name !== 'service')
    const types = TYPES.filter((_type, at) => FIELDS[at] !== 'service')
    expect(await flows(log([row()]) + log([row({}, '\t', fields)], header('\t', fields, types)))).toHaveLength(2)
  })

  it('with labels after three blanks, as IoT-23 has it, is read with them', async () => {
    const [flow] = await flows(log([`${row()}   Malicious   PartOfAHorizontalPortScan`], header().replace('tunnel_parents', 'tunnel_parents   label   detailed-label').replace('set[string]', 'set[string]   string   string')))
    expect(flow).toMatchObject({ ...EXPECTED, label: 'Malicious' })
  })

  it('leaves rows out by reason and column, and reads on', async () => {
    const items = await readAll(tempFile(log([
      row({ ts: 'soon' }), row({ 'id.orig_h': '10.0.0.300' }), row({ 'id.resp_p': '70000' }), row({ orig_pkts: '-' }), row({ resp_ip_bytes: '-1' }), row({ duration: '1e99' }), 'half a row', row(),
    ])))
    expect(items.map((item) => item.kind === 'skipped' ? `${item.reason}/${item.field}` : item.kind)).toEqual([
      'bad-time/ts', 'bad-row/id.orig_h', 'bad-number/id.resp_p', 'bad-number/orig_pkts', 'bad-number/resp_ip_bytes', 'bad-number/duration', 'bad-row/#fields', 'flow',
    ])
  })

  const refusals: readonly (readonly [string, string, string])[] = [
    ['UNKNOWN_FORMAT', log([], header().replace('#path\tconn', '#path\tdns')), "Zeek's dns log"],
    ['MISSING_COLUMNS', log([row()], header().replace('orig_pkts', 'x')), 'orig_pkts'],
    ['CORRUPT_HEADER', log([row()], header().replace('#types\ttime', '#types')), '#types'],
    ['CORRUPT_HEADER', log([row()], header().replace('#fields', '#columns')), '#fields'],
  ]
  for (const [code, content, words] of refusals) {
    it(`that cannot be read is refused with ${code}: ${words}`, async () => {
      await expect(openSource(tempFile(content))).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string })
    })
  }
})

describe('the history of a connection', () => {
  const cases: readonly (readonly [string, string | undefined, readonly [number | undefined, number | undefined, number | undefined]])[] = [
    ['ShADadFf', 'SF', [2, 0, 2]], ['S', 'S0', [1, 0, 0]], ['Sr', 'REJ', [1, 1, 0]], ['ShAdDR', 'RSTO', [2, 1, 0]], ['^hCadR', 'OTH', [1, 1, 0]], ['DadA', 'OTH', [0, 0, 0]], ['SI', 'OTH', [1, 1, 1]], ['SHQ', undefined, [1, 0, 0]],
    ['', 'S0', [1, 0, 0]], ['', 'RSTR', [2, 1, undefined]], ['', 'OTH', [undefined, undefined, undefined]], ['', undefined, [undefined, undefined, undefined]],
  ]
  it.each(cases)('%s in state %s says %j for SYN, RST and FIN', (history, state, [syn, rst, fin]) => {
    expect(tcpCountsOf(history === '' ? undefined : history, state)).toEqual({ syn, rst, fin })
  })
})
