/**
 * `npx tsx test/soak/writers.ts --seconds 60 --writers 12`: as many writers at once on each store of the event log; no
 * event that was acknowledged may be lost, none doubled, and none out of order.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openEmbeddedLog } from '../../eventlog/index.js'
import { openKurrentLog } from '../../eventlog/kurrent/index.js'
import { race, type RaceResult } from '../../eventlog/testing/race.js'
import { startTestServer } from '../../eventlog/testing/server/index.js'
import { conclude } from '../support/feed.js'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, writers: { type: 'string', default: '12' } } })
const [seconds, writers] = [Number(values.seconds), Number(values.writers)]

async function onEmbedded(): Promise<RaceResult> {
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-writers-'))
  try {
    return await race(() => openEmbeddedLog(path), writers, seconds)
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

async function onServer(): Promise<RaceResult> {
  const server = await startTestServer()
  try {
    return await race(() => openKurrentLog({ url: server.url }), writers, seconds)
  } finally {
    server.stop()
  }
}

const stores = { embedded: await onEmbedded(), server: await onServer() }
const ok = Object.values(stores).every(({ acknowledged, lost, doubled, outOfOrder }) => acknowledged >= writers * 3 && lost + doubled + outOfOrder === 0)
conclude({ ok, writers, seconds, stores } as { ok: boolean })
