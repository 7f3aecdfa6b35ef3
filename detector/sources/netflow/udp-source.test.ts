import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { until } from '../../../ingest/testing/until.js'
import type { AnomalyDraft } from '../../incidents/payload.js'
import { runLive } from '../../live/run-live.js'
import { flowLiteOf, flowRows, type FlowRow } from '../../testing/flow-rows.js'
import { findingsOfFile, finding } from '../../testing/live-source-contract.js'
import { ipfix, plain, PLAIN, set, template, v5, v9, waysOf } from '../../testing/netflow-bytes.js'
import type { SourceItem } from '../records.js'
import { openNetFlowSource, type NetFlowOptions, type NetFlowSource } from './udp-source.js'

const folder = mkdtempSync(join(tmpdir(), 'cybermesh-netflow-'))
afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

const open = (more: Partial<NetFlowOptions> = {}): Promise<NetFlowSource> => openNetFlowSource({ host: '127.0.0.1', port: 0, allow: ['127.0.0.0/8'], holdMs: 2000, pairMs: 100, ...more })
type Status = { strangers: number; waiting: number; exporters: Record<string, { datagrams: number; records: number; lost: number; dropped: number; malformed: Record<string, number> }> }
const statusOf = (source: NetFlowSource): Status => source.status?.() as Status
const heard = (source: NetFlowSource): number => statusOf(source).strangers + Object.values(statusOf(source).exporters).reduce((sum, { datagrams }) => sum + datagrams, 0)

/** Never more under way than a socket's buffer holds. */
async function send(source: NetFlowSource, datagrams: readonly Buffer[]): Promise<void> {
  const socket = createSocket('udp4')
  const before = heard(source)
  for (const [index, datagram] of datagrams.entries()) {
    socket.send(datagram, source.port, '127.0.0.1')
    if (index % 20 === 19 || index === datagrams.length - 1) await until('the datagrams are heard', () => heard(source) >= before + index + 1)
  }
  socket.close()
}

function inChunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_one, at) => items.slice(at * size, (at + 1) * size))
}

const FORMS: Readonly<Record<string, (rows: readonly FlowRow[]) => Buffer[]>> = {
  'NetFlow v5': (rows) => {
    let sequence = 0
    return inChunks(rows.flatMap(waysOf), 30).map((ways) => {
      const exportMs = Math.max(...ways.map(({ endMs }) => endMs))
      const datagram = v5(ways, { exportMs, uptimeMs: 1_000_000, sequence })
      sequence += ways.length
      return datagram
    })
  },
  'NetFlow v9': (rows) => inChunks(rows.flatMap(waysOf), 25).map((ways, sequence) =>
    v9([...(sequence % 20 === 0 ? [set(0, template(300, PLAIN))] : []), set(300, ...ways.map(plain))], { exportMs: ways[0]?.endMs ?? 0, sequence })),
  IPFIX: (rows) => {
    let sequence = 0
    return inChunks(rows.flatMap(waysOf), 25).map((ways, index) => {
      const message = ipfix([...(index % 20 === 0 ? [set(2, template(300, PLAIN))] : []), set(300, ...ways.map(plain))], { exportMs: ways[0]?.endMs ?? 0, sequence })
      sequence += ways.length
      return message
    })
  },
}

/** The same flows in a file, with the same bytes and flags. */
const fileOf = (rows: readonly FlowRow[]): string => rows.map((row) => {
  const [out, back] = waysOf(row)
  return JSON.stringify({
    ...JSON.parse(flowLiteOf(row)) as object, sensor: undefined, fwd_data_packets: undefined, start: out?.startMs, end: out?.endMs, byte_layer: 'ip', fwd_bytes: out?.bytes, bwd_bytes: back?.bytes ?? 0,
    rst_packets: (back?.flags ?? 0) & 4 ? 1 : 0,
  })
}).join('\n')

async function detect(source: NetFlowSource, datagrams: readonly Buffer[], positionFile: string, isEnough: (drafts: readonly AnomalyDraft[]) => boolean): Promise<AnomalyDraft[]> {
  const stop = new AbortController()
  const drafts: AnomalyDraft[] = []
  const running = runLive({ source, positionFile, signal: stop.signal, saveEveryMs: 0, publish: (draft) => Promise.resolve(void drafts.push(draft)) })
  running.catch(() => undefined)
  await send(source, datagrams)
  await Promise.race([running, until('enough is found', () => isEnough(drafts))])
  stop.abort()
  await running
  return drafts
}

describe.each(Object.entries(FORMS))('a collector of %s', (name, datagramsOf) => {
  const rows = flowRows(6)

  it('finds what is in the file with the same flows, and loses none of them', async () => {
    const expected = await findingsOfFile(rows, fileOf)
    const source = await open()
    const drafts = await detect(source, datagramsOf(rows), join(folder, `${name}.position`), ({ length }) => length >= expected.length)
    expect(drafts.map(finding)).toEqual(expected)
    expect(expected.length).toBeGreaterThanOrEqual(6)
    expect(statusOf(source).exporters['127.0.0.1']).toMatchObject({ records: rows.flatMap(waysOf).length, lost: 0, dropped: 0, malformed: {} })
    const { provenance } = JSON.parse(new TextDecoder().decode(drafts[0]?.payload)) as { provenance: unknown }
    expect(provenance).toEqual([{ format: name.toLowerCase().replace(' ', '-'), origin: '127.0.0.1/0', byte_layer: 'ip' }])
  })
})

describe('a collector', () => {
  it('that was started again publishes nothing a second time when exporters say it again', async () => {
    const all = flowRows(6)
    const rows = all.filter(({ startMs }) => startMs < (all[0] as FlowRow).startMs + 210_000)
    const positionFile = join(folder, 'again.position')
    const source = await open()
    const first = await detect(source, (FORMS['NetFlow v9'] as (of: readonly FlowRow[]) => Buffer[])(rows), positionFile, ({ length }) => length >= 3)
    const second = await detect(await open({ port: source.port }), (FORMS['NetFlow v9'] as (of: readonly FlowRow[]) => Buffer[])(all), positionFile, ({ length }) => first.length + length >= 6)
    const targets = [...first, ...second].map(({ payload }) => { const { attack, dst_ip } = JSON.parse(new TextDecoder().decode(payload)) as Record<string, string>; return `${attack}/${dst_ip}` })
    expect([new Set(targets).size, targets.length]).toEqual([6, 6])
  })

  it('hears nobody who is not allowed', async () => {
    const source = await open({ allow: ['192.0.2.0/24', '127.0.0.2'] })
    await send(source, [v5([], { exportMs: 0, uptimeMs: 0 })])
    expect(statusOf(source)).toMatchObject({ strangers: 1, exporters: {} })
    await source.close()
  })

  it('that is slow keeps so many flows as it has room for and counts the others, by exporter', async () => {
    const source = await open({ capacity: 10 })
    const way = waysOf(flowRows(1)[0] as FlowRow)[0] as ReturnType<typeof waysOf>[number]
    await send(source, [v5(Array.from({ length: 25 }, () => way), { exportMs: way.endMs, uptimeMs: 100_000 })])
    expect(statusOf(source)).toMatchObject({ waiting: 10, exporters: { '127.0.0.1': { records: 25, dropped: 15 } } })
    const items = await firstItems(source, (item) => item.kind === 'skipped')
    expect(items).toContainEqual({ kind: 'skipped', reason: 'queue-full', where: '127.0.0.1', count: 15 })
  })

  it('counts broken datagrams by exporter and fault, and hears the next', async () => {
    const source = await open()
    await send(source, [Buffer.from([0]), Buffer.from([0, 10, 0, 3]), v9([Buffer.from([1, 44, 0, 1])], { exportMs: 0 }), Buffer.alloc(0), v5([], { exportMs: 0, uptimeMs: 0 })])
    expect(statusOf(source).exporters['127.0.0.1']).toMatchObject({ datagrams: 5, malformed: { UNKNOWN_VERSION: 2, CUT_HEADER: 1, BAD_SET_LENGTH: 1 } })
    const items = await firstItems(source, (item) => item.kind === 'skipped' && item.field === 'BAD_SET_LENGTH')
    expect(items).toContainEqual({ kind: 'skipped', reason: 'malformed-datagram', field: 'UNKNOWN_VERSION', where: '127.0.0.1', count: 2 })
  })

  it('says when it cannot listen', async () => {
    const source = await open()
    await expect(open({ port: source.port })).rejects.toMatchObject({ code: 'CANNOT_LISTEN', message: expect.stringContaining('another program listens there') as string })
    await expect(open({ host: '192.0.2.77' })).rejects.toMatchObject({ code: 'CANNOT_LISTEN' })
    await source.close()
  })
})

async function firstItems(source: NetFlowSource, isLast: (item: SourceItem) => boolean): Promise<unknown[]> {
  const stop = new AbortController()
  const items: unknown[] = []
  for await (const item of source.read(undefined, stop.signal)) {
    items.push(item)
    if (item.kind !== 'mark' && isLast(item)) break
  }
  stop.abort()
  await source.close()
  return items
}
