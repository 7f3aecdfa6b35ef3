/**
 * A log that the first version wrote goes through every read model of this one and says what it said then. The frozen
 * content names its columns: a column that comes later is nothing to it, one that is gone or says something else is.
 * Tables of the audit trail are those of its version 2, which took another entry for its leaves.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { utf8ToBytes } from '../domain/bytes.js'
import type { Json } from '../domain/canonical-json.js'
import { decodeEvent } from '../domain/events/codec.js'
import type { Upcasters } from '../domain/events/upcast.js'
import { sha256Hex } from '../domain/hash.js'
import { asPosition } from '../domain/ids.js'
import { openEmbeddedLog, type EmbeddedLog } from '../eventlog/index.js'
import { decodeRecord, encodedIn } from '../eventlog/record.js'
import { startTestPostgres, type TestPostgres } from '../platform/postgres/testing/test-database.js'
import { packageFile } from '../platform/package-root.js'
import { createProjections, migrate, openEmbeddedTimelines, rebuildProjection, runProjection, type TimelineStore } from './index.js'
import { applyEntries } from './runtime/apply.js'
import type { BatchEntry } from './runtime/projection.js'
import { columnsOf, linesOf, type TableColumns } from './testing/read-tables.js'

const CHAIN = '9414886b1ebf025db067a4cbd13a0903fbd9733a5372bba1b58bd72c1699b798'
const SETS = ['all', 'PUBLISHED', 'ADMITTED', 'COMMITTED', 'REJECTED', 'TIMEOUT', 'EXPIRED']

type Frozen = { readonly columns: TableColumns; readonly tables: Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>; readonly timelines: string }
const frozen = JSON.parse(readFileSync(packageFile('projections', 'fixtures', 'log-v1-read-models.json'), 'utf8')) as Frozen

let postgres: TestPostgres
let folder: string
let log: EmbeddedLog
const { signal } = new AbortController()
beforeAll(async () => {
  postgres = await startTestPostgres()
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-first-log-'))
  writeFileSync(join(folder, 'data.mdb'), gunzipSync(readFileSync(packageFile('eventlog', 'fixtures', 'log-v1', 'data.mdb.gz'))))
  log = await openEmbeddedLog(folder, { chainId: CHAIN, create: false })
})
afterAll(async () => {
  await log.close()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** All read models in a fresh database, filled by `fill`. */
async function contentAfter(fill: (projections: ReturnType<typeof createProjections>) => Promise<void>): Promise<Pick<Frozen, 'tables' | 'timelines'>> {
  const sql = await postgres.createDatabase(migrate)
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-first-timelines-'))
  // A rebuild leaves the version before it beside the folder.
  const timelines = await openEmbeddedTimelines(join(path, 'timelines'))
  try {
    await fill(createProjections({ sql, timelines }))
    return { tables: await digestTables(sql), timelines: await digestTimelines(timelines) }
  } finally {
    await timelines.close()
    rmSync(path, { recursive: true, force: true })
  }
}

async function digestTables(sql: pg.Pool): Promise<Frozen['tables']> {
  const tables: Record<string, { rows: number; sha256: string }> = {}
  for (const [table, columns] of Object.entries(frozen.columns)) {
    const lines = await linesOf(sql, table, columns)
    tables[table] = { rows: lines.length, sha256: sha256Hex(utf8ToBytes(lines.join('\n'))) }
  }
  return tables
}

async function digestTimelines(timelines: TimelineStore): Promise<string> {
  const sets = await Promise.all(SETS.map((name) => timelines.zrangeByScore(`anomaly:timeline:${name}`)))
  const hashes = await Promise.all((sets[0] ?? []).map(async ({ member }) => Object.entries(await timelines.hgetall(`anomaly:${member}`) ?? {}).sort()))
  return sha256Hex(utf8ToBytes(JSON.stringify([sets, hashes])))
}

describe('the log that the first version wrote', () => {
  test('gives the read models that it gave then, with nothing left over, and again when they are rebuilt', async () => {
    const content = await contentAfter(async (projections) => {
      for (const projection of projections) {
        expect(await runProjection({ log, projection, signal, untilEnd: true })).toBe(18)
        expect(await projection.deadLetters()).toEqual([])
        expect(await rebuildProjection({ log, projection, signal })).toMatchObject({ events: 18, equal: true })
      }
    })
    expect(content).toEqual({ tables: frozen.tables, timelines: frozen.timelines })
  })

  test('covers every table that a projection fills', async () => {
    const sql = await postgres.createDatabase(migrate)
    const { rows } = await sql.query<{ name: string }>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'")
    const machinery = rows.filter(({ name }) => /^(projection_|schema_)/.test(name))
    expect(rows.map(({ name }) => name).filter((name) => !machinery.some((table) => table.name === name)).sort()).toEqual(Object.keys(frozen.columns).sort())
    // Columns that were frozen are still there.
    const columns = await columnsOf(sql, Object.keys(frozen.columns))
    for (const [table, names] of Object.entries(frozen.columns)) expect(columns[table]).toEqual(expect.arrayContaining([...names]))
  })

  test('gives them also where it holds an older shape of an event, read through its upcasters', async () => {
    // A made-up past: AnomalyExpired once had `deadline` in seconds, then in milliseconds.
    const past: Upcasters = {
      AnomalyExpired: [
        (data) => ({ ...(data as object), deadline: `${String((data as { deadline: string }).deadline)}000` }),
        (data) => {
          const { deadline, ...rest } = data as { readonly [key: string]: Json }
          return { ...rest, validUntil: deadline as Json }
        },
      ],
    }
    const entries = await log.readEntries({ from: asPosition(0), limit: 100 })
    let older = 0
    const decoded = entries.map(({ position, bytes }): BatchEntry => {
      const written = encodedIn(bytes)
      if (written.type !== 'AnomalyExpired') return { kind: 'event', position, bytes, recorded: decodeRecord(bytes) }
      older += 1
      const { validUntil, ...rest } = written.data as { readonly validUntil: string } & { readonly [key: string]: Json }
      const first = { ...written, version: 1, data: { ...rest, deadline: validUntil.slice(0, -3) } }
      return { kind: 'event', position, bytes, recorded: { ...decodeRecord(bytes), event: decodeEvent(first, past) } }
    })
    expect(older).toBeGreaterThan(0)
    const content = await contentAfter(async (projections) => {
      for (const projection of projections) {
        await projection.checkpoint()
        await applyEntries(projection, decoded, { signal, poison: 'stop' })
      }
    })
    expect(content).toEqual({ tables: frozen.tables, timelines: frozen.timelines })
  })
})
