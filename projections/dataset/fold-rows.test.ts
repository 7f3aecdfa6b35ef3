import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesOf } from '../../eventlog/entries.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { openEmbeddedLog } from '../../eventlog/index.js'
import { createCalibrationProjection } from '../calibration/projection.js'
import { listCalibrationRows, migrate, runProjection } from '../index.js'
import { createHarness } from '../testing/harness.js'
import { randomLog } from '../testing/random-log.js'
import { appendsOf, appendSample, judged, longHistory, published, SAMPLE } from '../testing/sample-log.js'
import { foldLog, readEntriesUntil, readRows, type ReadLog } from './fold-rows.js'
import type { DatasetRow } from './row.js'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

async function rowsOf(read: ReadLog): Promise<DatasetRow[]> {
  const rows: DatasetRow[] = []
  for await (const row of readRows(read, await foldLog(read))) rows.push(row)
  return rows
}

/** As the database gives them: only what it has, times as dates. */
const asView = ({ targetAddress: _target, ...row }: DatasetRow): object => {
  const date = (millis: number | null): Date | null => (millis === null ? null : new Date(millis))
  return { ...row, detectedAt: date(row.detectedAt), publishedAt: date(row.publishedAt), admittedAt: date(row.admittedAt), settledAt: date(row.settledAt) }
}

describe('rows folded from the log alone', () => {
  test('are those of the projection, whatever happened', async () => {
    const sql = await postgres.createDatabase(migrate)
    const projection = createCalibrationProjection(sql)
    const { signal } = new AbortController()
    await fc.assert(fc.asyncProperty(randomLog, async ({ events }) => {
      const folder = mkdtempSync(join(tmpdir(), 'cybermesh-rows-'))
      const log = await openEmbeddedLog(folder)
      try {
        await log.append(appendsOf(events))
        await projection.reset()
        await runProjection({ log, projection, signal, untilEnd: true })
        const rows = await rowsOf({ entries: entriesOf(log), until: await log.length() })
        expect(rows.map(asView)).toEqual(await listCalibrationRows(sql, { limit: 1000 }))
      } finally {
        await log.close()
        rmSync(folder, { recursive: true })
      }
    }), { numRuns: 40 })
  })

  test('tell what was known at their position, and nothing of later', async () => {
    const harness = await createHarness(postgres)
    try {
      await appendSample(harness.log)
      await appendSample(harness.log, [judged('v', 'a', 'benign', 0, 9, 500)], 100)
      const read = (until: number): Promise<DatasetRow[]> => rowsOf({ entries: entriesOf(harness.log), until })
      expect((await read(3)).map(({ outcome, label }) => [outcome, label])).toEqual([[null, null]])
      expect((await read(SAMPLE.length))[0]).toMatchObject({ outcome: 'COMMITTED', label: null })
      expect((await read(SAMPLE.length + 1))[0]).toMatchObject({ outcome: 'COMMITTED', label: 'benign' })
      await expect(read(SAMPLE.length + 2)).rejects.toThrow(`ends at ${SAMPLE.length + 1}`)
    } finally {
      await harness.close()
    }
  })

  test('pass over an event that no read model could apply, and say where it is', async () => {
    const harness = await createHarness(postgres)
    try {
      await appendSample(harness.log, [published('a', 1), published('a', 2), published('b', 3)])
      await harness.catchUp()
      const read = { entries: entriesOf(harness.log), until: 3 }
      expect((await foldLog(read)).passedOver).toEqual([1])
      expect((await rowsOf(read)).map(asView)).toEqual(await listCalibrationRows(harness.sql, { limit: 10 }))
    } finally {
      await harness.close()
    }
  })

  test('are read page after page, and no further once nobody waits for them', async () => {
    const harness = await createHarness(postgres)
    try {
      await appendSample(harness.log)
      const cancel = new AbortController()
      const positions: number[] = []
      for await (const { position } of readEntriesUntil({ entries: entriesOf(harness.log), until: SAMPLE.length, onProgress: (at) => positions.push(at) })) positions.push(position)
      expect(positions).toEqual([...SAMPLE.keys(), SAMPLE.length])
      cancel.abort(new Error('cancelled'))
      await expect(foldLog({ entries: entriesOf(harness.log), until: 1, signal: cancel.signal })).rejects.toThrow('cancelled')
    } finally {
      await harness.close()
    }
  })

  test('let whoever cancels be heard between two pages', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cybermesh-rows-'))
    const log = await openEmbeddedLog(folder)
    try {
      await log.append(appendsOf(longHistory(800)))
      const cancel = new AbortController()
      setImmediate(() => cancel.abort(new Error('cancelled')))
      await expect(foldLog({ entries: entriesOf(log), until: await log.length(), signal: cancel.signal })).rejects.toThrow('cancelled')
    } finally {
      await log.close()
      rmSync(folder, { recursive: true })
    }
  })
})
