import { connect, createServer } from 'node:net'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../../ingest/testing/until.js'
import { freePorts } from '../../../platform/free-port.js'
import { startTestPostgres, type TestPostgres } from '../../../platform/postgres/testing/test-database.js'
import { createFlowTable, flowRows, insertFlows } from '../../testing/flow-rows.js'
import type { FlowRecord } from '../records.js'
import { openTableSource, type TablePosition } from './table-source.js'

const TABLE = 'curated.test_ddos_binary'
let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres('embedded') })
afterAll(() => postgres.stop())

async function database(): Promise<{ pool: pg.Pool; url: string }> {
  const pool = await postgres.createDatabase()
  const { rows: [row] } = await pool.query<{ name: string }>('SELECT current_database() AS name')
  return { pool, url: postgres.server.url.replace(/\/[^/]*$/, `/${row?.name}`) }
}

type Read = { flows: FlowRecord[]; positions: TablePosition[]; warnings: string[] }

async function read(url: string, options: { table?: string; after?: TablePosition; idColumn?: string; pageRows?: number } = {}): Promise<Read> {
  const found: Read = { flows: [], positions: [], warnings: [] }
  const { table = TABLE, after, idColumn, pageRows = 7 } = options
  const source = openTableSource({ url, table, idColumn, follow: false, holdMs: 0, pageRows, onWarning: (sentence) => found.warnings.push(sentence) })
  try {
    for await (const item of source.read(after, new AbortController().signal)) {
      if (item.kind === 'flow') found.flows.push(item)
      else if (item.kind === 'mark') found.positions.push(item.position)
    }
  } finally {
    await source.close()
  }
  return found
}

const failure = (url: string, table = TABLE, idColumn?: string): Promise<unknown> =>
  read(url, { table, ...(idColumn === undefined ? {} : { idColumn }) }).then(() => undefined, (error: unknown) => error)

describe('a table of flows', () => {
  it('is read in order of time, in pages, every row once, from any position on', async () => {
    const { pool, url } = await database()
    await createFlowTable(pool, TABLE)
    // All of one second at one moment: pages end among rows that only their keys tell apart.
    const rows = flowRows(1).map((row) => ({ ...row, startMs: Math.floor(row.startMs / 1000) * 1000 }))
    await insertFlows(pool, TABLE, rows.toReversed())
    const all = await read(url)
    expect(all.flows.map(({ startMs }) => startMs)).toEqual(rows.map(({ startMs }) => startMs))
    expect(new Set(all.flows.map((flow) => `${flow.startMs} ${flow.source} ${flow.sourcePort}`)).size).toBe(rows.length)
    expect(all.flows[0]).toMatchObject({ protocol: 6, label: undefined })
    expect(all.flows[0]?.features()).not.toHaveProperty('Label')
    expect(all.warnings).toEqual([])
    const after = all.positions[20] as TablePosition
    expect((await read(url, { after })).flows).toHaveLength(rows.length - 21 * 7)
  })

  it('needs no key of its own when it is a plain table', async () => {
    const { pool, url } = await database()
    await createFlowTable(pool, TABLE, '')
    await insertFlows(pool, TABLE, flowRows(1))
    await pool.query('DROP INDEX curated.test_ddos_binary_timestamp_idx')
    const { flows, warnings } = await read(url)
    expect(flows).toHaveLength(flowRows(1).length)
    expect(warnings).toEqual([expect.stringContaining('CREATE INDEX ON curated.test_ddos_binary') as string])
  })

  it('that cannot be read is refused with a code, the column and what to do', async () => {
    const { pool, url } = await database()
    await createFlowTable(pool, TABLE)
    expect(await failure(url, 'curated.nothing')).toMatchObject({ code: 'MISSING_TABLE' })
    expect(await failure(url, 'no_schema.nothing')).toMatchObject({ code: 'MISSING_TABLE' })
    expect(await failure(url, 'not a name; DROP TABLE x')).toMatchObject({ code: 'MISSING_TABLE' })
    expect(await failure(url, TABLE, 'row_id')).toMatchObject({ code: 'MISSING_COLUMNS', message: expect.stringContaining('row_id') as string })
    expect(await failure(url, TABLE, 'src_ip')).toMatchObject({ code: 'WRONG_TYPE' })
    await pool.query(`CREATE VIEW curated.seen AS SELECT * FROM ${TABLE}`)
    expect(await failure(url, 'curated.seen')).toMatchObject({ code: 'NO_KEY', message: expect.stringContaining('idColumn') as string })
    expect(await failure(url, 'curated.seen', 'id')).toBeUndefined()
    await pool.query('CREATE TABLE thin (src_ip text, "timestamp" timestamp, flow_duration bigint)')
    expect(await failure(url, 'thin')).toMatchObject({ code: 'MISSING_COLUMNS', message: expect.stringContaining('Dst IP, Dst Port, Protocol, Total Fwd Packet, Total Bwd packets') as string })
    await pool.query(`DROP VIEW curated.seen; ALTER TABLE ${TABLE} ALTER COLUMN tot_fwd_pkts TYPE boolean USING true`)
    expect(await failure(url)).toMatchObject({ code: 'WRONG_TYPE', message: expect.stringContaining('tot_fwd_pkts is boolean') as string })
    await pool.query(`ALTER TABLE ${TABLE} ALTER COLUMN "timestamp" TYPE text`)
    expect(await failure(url)).toMatchObject({ code: 'WRONG_TYPE', message: expect.stringContaining('column timestamp is text') as string })
  })

  it('is refused to users without rights, and may hide its label from the detector', async () => {
    const { pool, url } = await database()
    await createFlowTable(pool, TABLE)
    await insertFlows(pool, TABLE, flowRows(1))
    await pool.query("CREATE ROLE reader LOGIN PASSWORD 'secret'")
    const asReader = Object.assign(new URL(url), { username: 'reader', password: 'secret' }).href
    expect(await failure(asReader)).toMatchObject({ code: 'NO_RIGHTS' })
    await pool.query('GRANT USAGE ON SCHEMA curated TO reader')
    expect(await failure(asReader)).toMatchObject({ code: 'NO_RIGHTS' })
    await pool.query(`GRANT SELECT (id, src_ip, src_port, dst_port, protocol, "timestamp", flow_duration, tot_fwd_pkts, tot_bwd_pkts) ON ${TABLE} TO reader`)
    expect(await failure(asReader)).toMatchObject({ code: 'NO_RIGHTS', message: expect.stringContaining('dst_ip') as string })
    await pool.query(`GRANT SELECT (dst_ip) ON ${TABLE} TO reader`)
    expect((await read(asReader)).flows).toHaveLength(flowRows(1).length)
    expect(await failure(url.replace('postgres://', 'mysql://'))).toMatchObject({ code: 'BAD_ADDRESS' })
    expect(await failure('postgres://reader:secret@127.0.0.1:1/none')).toMatchObject({ code: 'SERVER_AWAY', message: expect.not.stringContaining('secret') as string })
  })

  it('that is followed misses no row where its connection is cut', async () => {
    const { pool, url } = await database()
    await createFlowTable(pool, TABLE)
    await insertFlows(pool, TABLE, flowRows(1))
    const stop = new AbortController()
    const source = openTableSource({ url, table: TABLE, follow: true, holdMs: 0, pageRows: 10, pollMs: 10 })
    const ports: number[] = []
    let cuts = 0
    for await (const item of source.read(undefined, stop.signal)) {
      if (item.kind === 'flow') ports.push(item.sourcePort)
      if (item.kind === 'mark' && ports.length % 50 === 0) {
        const { rowCount } = await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cybermesh-detector' AND datname = current_database()")
        cuts += rowCount ?? 0
      }
      if (ports.length === flowRows(1).length) stop.abort()
    }
    await source.close()
    expect(ports).toEqual(flowRows(1).map(({ sourcePort }) => sourcePort))
    expect(cuts).toBeGreaterThan(3)
  })

  it('that is followed is waited for while its server is away, and both are said once', async () => {
    const { pool, url } = await database()
    await createFlowTable(pool, TABLE)
    await insertFlows(pool, TABLE, flowRows(1))
    const [port = 0] = await freePorts(1)
    const stop = new AbortController()
    const warnings: string[] = []
    const source = openTableSource({ url: Object.assign(new URL(url), { port: String(port) }).href, table: TABLE, follow: true, holdMs: 0, onWarning: (sentence) => warnings.push(sentence) })
    let flows = 0
    const reading = (async () => {
      for await (const item of source.read(undefined, stop.signal)) if (item.kind === 'flow' && ++flows === flowRows(1).length) stop.abort()
    })()
    await until('it says that the server is away', () => warnings.length > 0)
    const server = createServer((socket) => {
      const onward = connect(Number(new URL(url).port), '127.0.0.1')
      socket.pipe(onward).pipe(socket)
      for (const one of [socket, onward]) one.on('error', () => undefined)
    }).listen(port, '127.0.0.1')
    await reading
    await source.close()
    server.close()
    expect(warnings).toEqual([expect.stringContaining('trying again') as string, expect.stringContaining('reading goes on') as string])
  })
})
