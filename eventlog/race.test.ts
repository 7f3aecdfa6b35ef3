/** Twelve writers at once on each store: nothing lost, nothing doubled, nothing out of order. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openEmbeddedLog } from './embedded/index.js'
import { openKurrentLog } from './kurrent/index.js'
import { race, raceSeconds, type RaceResult } from './testing/race.js'
import { startTestServer } from './testing/server/index.js'

const LIMIT_MS = raceSeconds() * 3000 + 60_000

const expectClean = ({ acknowledged, ...faults }: RaceResult): void => {
  expect(faults).toEqual({ lost: 0, doubled: 0, outOfOrder: 0 })
  expect(acknowledged).toBeGreaterThan(12 * 3)
}

describe('twelve writers at once', () => {
  test('on the embedded log lose, double and disorder nothing', async () => {
    const path = mkdtempSync(join(tmpdir(), 'cybermesh-race-'))
    try {
      expectClean(await race(() => openEmbeddedLog(path), 12, raceSeconds()))
    } finally {
      rmSync(path, { recursive: true, force: true })
    }
  }, LIMIT_MS)

  test('on one handle of a log on a server lose, double and disorder nothing', async () => {
    const server = await startTestServer()
    const log = await openKurrentLog({ url: server.url })
    expectClean(await race(() => Promise.resolve({ ...log, close: () => Promise.resolve() }), 12, raceSeconds()))
    await log.close()
    server.stop()
  }, LIMIT_MS)

  test('on twelve handles of a log on a server lose, double and disorder nothing', async () => {
    const server = await startTestServer()
    expectClean(await race(() => openKurrentLog({ url: server.url }), 12, raceSeconds()))
    server.stop()
  }, LIMIT_MS)
})
