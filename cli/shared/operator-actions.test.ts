import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { proveInclusion, verifyInclusion } from '../../audit/tree/inclusion.js'
import type { EventData } from '../../domain/events/schema.js'
import { OPERATOR_STREAM } from '../../eventlog/log.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { takeLock } from '../../platform/process-lock.js'
import { createLeafLevels } from '../../projections/dataset/leaf-levels.js'
import { createHarness } from '../../projections/testing/harness.js'
import { appendSample } from '../../projections/testing/sample-log.js'
import { openOrCreate, type DataFolder } from '../data-folder/open.js'
import { openFolderLog } from './folder-log.js'
import { recordingResult, recordOperatorAction } from './operator-actions.js'
import { recordKeyAction } from './record-key-action.js'

const base = mkdtempSync(join(tmpdir(), 'cybermesh-actions-'))
let data: DataFolder
let count = 0
beforeEach(async () => {
  data = openOrCreate(join(base, `mesh-${count++}`), { validators: 4, detectors: 1 })
  const log = await openFolderLog(data.layout, { chainId: data.genesis.chainId })
  await appendSample(log)
  await log.close()
})
afterAll(() => rmSync(base, { recursive: true }))

async function recorded(): Promise<readonly EventData<'OperatorActionRecorded'>[]> {
  const log = await openFolderLog(data.layout, { create: false })
  const found: EventData<'OperatorActionRecorded'>[] = []
  for await (const { event } of log.readStream(OPERATOR_STREAM)) if (event.type === 'OperatorActionRecorded') found.push(event.data)
  await log.close()
  // The sample has one of its own.
  return found.slice(1)
}

describe('operator actions on a stopped folder', () => {
  test('are appended in the place of the recorder, by the name of the user or another', async () => {
    await recordOperatorAction(data, {}, { action: 'rebuild.begin', resource: 'blocks', result: 'success' })
    await recordOperatorAction(data, { actor: 'alice' }, { action: 'rebuild', resource: 'blocks', result: 'failure', reason: 'x\u0000y', fields: { long: 'z'.repeat(5000) } })
    const [one, two] = await recorded()
    expect(one).toMatchObject({ actor: userInfo().username, action: 'rebuild.begin', reason: '' })
    expect(two).toMatchObject({ actor: 'alice', result: 'failure', reason: 'x\uFFFDy', fields: { long: 'z'.repeat(1024) } })
  })

  test('wait for whoever works on the folder, and are refused while a recorder has the log', async () => {
    const lock = takeLock(join(data.layout.recorder, 'recorder.lock'))
    await expect(recordOperatorAction(data, {}, { action: 'rebuild', resource: 'blocks', result: 'success' })).rejects.toMatchObject({ code: 'LOCKED' })
    if (lock.ok) lock.release()
    const folder = takeLock(data.layout.lock)
    setTimeout(() => { if (folder.ok) folder.release() }, 300)
    await recordOperatorAction(data, {}, { action: 'rebuild', resource: 'blocks', result: 'success' })
    expect((await recorded()).length).toBe(1)
  })

  test('tell how the work ended, also when it failed', async () => {
    const deed = { action: 'dlq.replay', resource: 'letters 1', fields: { anyway: 'false' } }
    expect(await recordingResult(data, {}, deed, () => Promise.resolve(3), (sent) => ({ fields: { sent: String(sent) } }))).toBe(3)
    await expect(recordingResult(data, {}, deed, () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })), () => ({}))).rejects.toThrow('full')
    expect(await recorded()).toMatchObject([{ result: 'success', fields: { anyway: 'false', sent: '3' } }, { result: 'failure', reason: 'ENOSPC' }])
  })

  test('of keys are recorded where the key lies in a data folder, and nowhere else', async () => {
    await recordKeyAction(data.layout.key('new'), {}, 'keys.new', { publicKey: 'ab' })
    await recordKeyAction(data.layout.apiKeys, {}, 'keys.new-api', { name: 'x' })
    const elsewhere = join(base, `elsewhere-${count}`)
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, 'k'), '')
    await recordKeyAction(join(elsewhere, 'k'), {}, 'keys.new', {})
    expect((await recorded()).map(({ action }) => action)).toEqual(['keys.new', 'keys.new-api'])
  })

  test('name the option where the actor is no name', async () => {
    await expect(recordOperatorAction(data, { actor: '' }, { action: 'rebuild', resource: 'blocks', result: 'success' })).rejects.toMatchObject({ code: 'BAD_OPTION', message: expect.stringContaining('--actor') as string })
  })
})

describe('the audit trail in SQL', () => {
  let postgres: TestPostgres
  beforeAll(async () => { postgres = await startTestPostgres() })
  afterAll(() => postgres.stop())

  const DEEDS = [
    ['rebuild.begin', 'success'], ['rebuild', 'success'], ['export.calibration', 'success'], ['projections.redrive', 'failure'], ['dlq.replay', 'success'], ['policy.propose', 'success'],
    ['keys.new', 'success'], ['keys.new-api', 'success'], ['keys.revoke-api', 'success'], ['configuration', 'success'], ['login', 'failure'],
  ] as const

  test('has each kind of action as a row whose leaf is in the tree', async () => {
    for (const [action, result] of DEEDS) await recordOperatorAction(data, { actor: 'alice' }, { action, resource: `resource of ${action}`, result, reason: 'why', fields: { a: '1' } })
    const log = await openFolderLog(data.layout, { create: false })
    const harness = await createHarness(postgres)
    try {
      for await (const { id, stream, event } of log.readAll()) await harness.log.append([{ stream, expected: 'any', events: [{ id, event }] }])
      await harness.catchUp()
      const { rows } = await harness.sql.query<{ sequence_num: string; event_type: string; severity: string; actor: string; action: string; resource: string; result: string; fields: object; leaf_hash: Buffer }>(
        'SELECT * FROM audit_logs ORDER BY sequence_num')
      const { rows: [tree] } = await harness.sql.query<{ size: string; root: Buffer }>('SELECT size, root FROM audit_tree')
      const leaves = createLeafLevels()
      for (const { leaf_hash } of rows) leaves.append(leaf_hash)
      expect([String(leaves.size()), Buffer.from(leaves.root())]).toEqual([tree?.size, tree?.root])
      for (const [action, result] of DEEDS) {
        const row = rows.find((one) => one.action === action)
        expect(row).toMatchObject({ event_type: 'OperatorActionRecorded', severity: /^(rebuild|dlq|configuration)/.test(action) ? 'INFO' : action === 'projections.redrive' ? 'WARN' : 'SECURITY', actor: 'alice', resource: `resource of ${action}`, result, fields: { a: '1', reason: 'why' } })
        const index = BigInt(row?.sequence_num ?? -1)
        const proof = await proveInclusion(index, BigInt(leaves.size()), leaves.read)
        expect(verifyInclusion({ leaf: row?.leaf_hash as Buffer, index, size: BigInt(leaves.size()), root: tree?.root as Buffer, proof })).toEqual({ ok: true })
      }
    } finally {
      await harness.close()
      await log.close()
    }
  })
})
