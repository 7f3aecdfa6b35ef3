/**
 * Writes the feature matrices that the trainer reads, through the code that scores: one CSV a data set, a row a flow,
 * class, group and time first. Doubles are written shortest-round-trip, so the trainer reads the same bits.
 */
import { readFileSync, readdirSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { FLOW_FEATURE_NAMES, FLOW_FEATURES_SHA256, FLOW_FEATURES_VERSION, flowFeaturesOf, type FlowCounts } from '../../domain/models/flow-features.js'
import { flowVectorOf } from '../engines/models/flow-vector.js'
import { addToFlow, closeAllFlows, newFlowTable, sweepFlows, takeClosed } from '../flows/flow-table.js'
import { toFlowRecord } from '../flows/flow-record.js'
import { openSource } from '../sources/open-source.js'
import { ACK, FIN, RST, SYN, TCP, UDP, type FlowRecord } from '../sources/records.js'
import { tcpFlagsOf } from '../sources/zeek/history.js'

type Row = { readonly label: string; readonly group: string; readonly timeMs: number; readonly vector: Float64Array }

/** Flows of a file: as it has them, or put together from its packets. */
export async function* flowsOf(path: string): AsyncGenerator<FlowRecord> {
  const table = newFlowTable()
  for await (const item of (await openSource(path)).items) {
    if (item.kind === 'flow') yield item
    if (item.kind !== 'packet') continue
    sweepFlows(table, item.timeMs)
    addToFlow(table, item)
    yield* takeClosed(table).map(toFlowRecord)
  }
  closeAllFlows(table)
  yield* takeClosed(table).map(toFlowRecord)
}

async function* flowRows(paths: readonly string[], labelOf: (record: FlowRecord) => string): AsyncGenerator<Row> {
  for (const path of paths) {
    for await (const record of flowsOf(path)) {
      const vector = flowVectorOf(record)
      if (vector !== undefined) yield { label: labelOf(record), group: basename(path), timeMs: record.startMs, vector }
    }
  }
}

/** Codes of the data set's author, from 1 on. */
const CONN_STATES = ['S0', 'REJ', 'SF', 'OTH', 'RSTOS0', 'RSTR', 'S2', 'RSTRH', 'RSTO', 'S1', 'SH']
const IOT_PROTOCOLS = [TCP, UDP, 1]

function* iotRows(path: string): Generator<Row> {
  for (const cell of tableOf(path)) {
    const number = (column: string): number => Math.max(0, Number(cell(column)))
    if (cell('label') === '') continue
    const protocol = IOT_PROTOCOLS[Number(cell('proto'))] ?? 0
    const vector = flowFeaturesOf({
      durationMicros: Math.round(number('duration') * 1e6), protocol, byteLayer: 'ip',
      forwardPackets: number('orig_pkts'), backwardPackets: number('resp_pkts'),
      forwardBytes: number('orig_ip_bytes'), backwardBytes: number('resp_ip_bytes'),
      tcpFlags: protocol === TCP ? tcpFlagsOf(undefined, CONN_STATES[Number(cell('conn_state')) - 1]) ?? NaN : 0,
    })
    if (vector !== undefined) yield { label: cell('detailed-label'), group: basename(path), timeMs: 0, vector }
  }
}

/** Argus says which flags it saw through the state it ended in. Its byte counts are those of frames. */
const ARGUS_FLAGS: Readonly<Record<string, number>> = { FIN: SYN | FIN | ACK, RST: SYN | RST, REQ: SYN, CON: SYN | ACK, ACC: SYN | ACK, CLO: SYN | FIN | ACK }
const ARGUS_PROTOCOLS: Readonly<Record<string, number>> = { tcp: TCP, udp: UDP, rtp: UDP, rtcp: UDP, icmp: 1, igmp: 2 }

function* ctuRows(path: string): Generator<Row> {
  for (const cell of tableOf(path)) {
    const protocol = ARGUS_PROTOCOLS[cell('Proto')] ?? 0
    const fields: FlowCounts = {
      durationMicros: Math.round(Number(cell('Dur')) * 1e6), protocol, byteLayer: 'frame',
      forwardPackets: Number(cell('SrcPkts')), backwardPackets: Number(cell('DstPkts')),
      forwardBytes: Number(cell('SrcBytes')), backwardBytes: Number(cell('DstBytes')),
      tcpFlags: protocol === TCP ? ARGUS_FLAGS[cell('State')] ?? 0 : 0,
    }
    const vector = flowFeaturesOf(fields)
    // The column "target" counts normal traffic as botnet; the class is in the text.
    const label = /Botnet/.test(cell('Label')) ? 'Botnet' : /Normal/.test(cell('Label')) ? 'Normal' : 'Background'
    if (vector !== undefined) yield { label, group: cell('Label'), timeMs: 0, vector }
  }
}

function* tableOf(path: string): Generator<(column: string) => string> {
  const [header, ...lines] = readFileSync(path, 'utf8').split(/\r?\n/).filter((line) => line !== '')
  const columns = new Map((header ?? '').split(',').map((name, at) => [name, at]))
  for (const line of lines) {
    const cells = line.split(',')
    yield (column) => {
      const at = columns.get(column)
      if (at === undefined) throw new Error(`${path}: there is no column ${column}`)
      return cells[at] ?? ''
    }
  }
}

async function write(out: string, rows: AsyncIterable<Row> | Iterable<Row>): Promise<void> {
  const lines = [`label,group,time_ms,${FLOW_FEATURE_NAMES.join(',')}`]
  for await (const { label, group, timeMs, vector } of rows) lines.push(`${label},${group.replaceAll(',', ';')},${timeMs},${vector.join(',')}`)
  writeFileSync(out, `${lines.join('\n')}\n`)
  console.log(`${basename(out)}: ${lines.length - 1} flows`)
}

export async function extract(data: string, out: string): Promise<void> {
  mkdirSync(out, { recursive: true })
  const files = (folder: string, pattern: RegExp): string[] => readdirSync(join(data, folder)).filter((name) => pattern.test(name)).sort().map((name) => join(data, folder, name))
  await write(join(out, 'cicids.csv'), flowRows(files('cicids2017-improved', /\.csv$/), (record) => record.label ?? ''))
  await write(join(out, 'attack-captures.csv'), flowRows(files('pcap/attack', /\.pcap(ng)?$/), () => 'attack'))
  await write(join(out, 'application-captures.csv'), flowRows(files('pcap/benign', /\.pcap(ng)?$/), () => 'benign'))
  await write(join(out, 'iot23.csv'), files('iot23-sample', /^filtered.*\.csv$/).flatMap((path) => [...iotRows(path)]))
  await write(join(out, 'iot23-devices.csv'), files('iot23-sample', /^honey_optimized_honey\doptimized\.csv$/).flatMap((path) => [...iotRows(path)]))
  await write(join(out, 'ctu13.csv'), ctuRows(join(data, 'ctu13-sample', 'ctu13_sample_10k.csv')))
  writeFileSync(join(out, 'schema.json'), JSON.stringify({ version: FLOW_FEATURES_VERSION, sha256: FLOW_FEATURES_SHA256, features: FLOW_FEATURE_NAMES }))
}
