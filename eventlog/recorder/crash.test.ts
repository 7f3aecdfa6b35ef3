import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runUntilKilled } from '../../ingest/testing/until-killed.js'
import { openEmbeddedLog } from '../index.js'
import type { RecordedEvent } from '../log.js'
import { createCrashWorld, CRASH_EXPECTED } from './testing/crash-world.js'

const script = fileURLToPath(new URL('./testing/recorder-child.ts', import.meta.url))

describe('a recorder killed with kill -9', () => {
  it('has lost and doubled nothing when the last run is over', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cybermesh-recorder-crash-'))
    try {
      expect(await runUntilKilled(script, folder, [2, 4, 3, 6, 5])).toBeGreaterThanOrEqual(3)
      const log = await openEmbeddedLog(join(folder, 'log'))
      const events: RecordedEvent[] = []
      for await (const event of log.readAll()) events.push(event)
      await log.close()
      const count = (type: string): number => events.filter(({ event }) => event.type === type).length
      expect([count('AnomalyPublished'), count('AnomalyCommitted'), count('AnomalyRejected'), count('BlockCommitted'), count('ValidatorRegistered')])
        .toEqual([CRASH_EXPECTED.published, CRASH_EXPECTED.committed, CRASH_EXPECTED.rejected, CRASH_EXPECTED.height, 5])
      expect(count('AnomalyTimedOut') + count('AnomalyExpired')).toBe(0)
      const hashes = events.flatMap(({ event }) => (event.type === 'AnomalyPublished' ? [event.data.messageHash] : []))
      expect(new Set(hashes).size).toBe(createCrashWorld().messages.length)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
