import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bytesToHex } from '../domain/bytes.js'
import { auditEntryOf } from '../audit/tree/entry.js'
import { merkleRoot } from '../domain/merkle.js'
import { asPosition } from '../domain/ids.js'
import { startTestPostgres, type TestPostgres } from '../platform/postgres/testing/test-database.js'
import { runProjection } from './index.js'
import { createHarness, type ProjectionHarness } from './testing/harness.js'
import { anomalyId, appendSample, at, hash, SAMPLE, T0, VALIDATORS } from './testing/sample-log.js'

let postgres: TestPostgres
let harness: ProjectionHarness
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())
beforeEach(async () => {
  harness = await createHarness(postgres)
  await appendSample(harness.log)
  await harness.catchUp()
})
afterEach(() => harness.close())

const rows = async (text: string): Promise<unknown[]> => (await harness.sql.query<Record<string, unknown>>(text)).rows

describe('the blocks projection', () => {
  test('answers the query of the predecessor unchanged', async () => {
    expect(await rows("SELECT height, tx_count, encode(state_root,'hex') FROM blocks ORDER BY height DESC LIMIT 5;")).toEqual([
      { height: '3', tx_count: 1, encode: hash('state/3') },
      { height: '2', tx_count: 0, encode: hash('state/same') },
      { height: '1', tx_count: 1, encode: hash('state/1') },
    ])
  })

  test('keeps the certificate that a block really got', async () => {
    expect(await rows(`SELECT view_number, qc_view, convert_from(qc_signatures, 'UTF8') AS signatures, qc_signers, convert_from(commit_certificate, 'UTF8') AS commit,
      encode(proposer_id, 'hex') AS proposer, timestamp, log_position FROM blocks WHERE height = 3`)).toEqual([
      { view_number: '13', qc_view: '13', signatures: 'certificate', qc_signers: 1, commit: 'commit', proposer: VALIDATORS[1], timestamp: new Date(at(36)), log_position: '13' },
    ])
  })

  test('keeps each transaction with its anomaly and outcome', async () => {
    expect(await rows(`SELECT block_height, tx_index, encode(tx_hash, 'hex') AS tx_hash, tx_type, anomaly_id, algorithm, status, code, executed_at FROM transactions ORDER BY block_height`)).toEqual([
      { block_height: '1', tx_index: 0, tx_hash: hash('tx/a'), tx_type: 'event', anomaly_id: anomalyId('a'), algorithm: 'Ed25519', status: 'success', code: null, executed_at: new Date(at(4)) },
      { block_height: '3', tx_index: 0, tx_hash: hash('tx/c'), tx_type: 'event', anomaly_id: anomalyId('c'), algorithm: 'Ed25519', status: 'success', code: null, executed_at: new Date(at(36)) },
    ])
  })

  test('has a state version a block, also where the state stays the same', async () => {
    expect(await rows("SELECT version, block_height, tx_count, encode(state_root, 'hex') AS root FROM state_versions ORDER BY version")).toEqual([
      { version: '1', block_height: '1', tx_count: 1, root: hash('state/1') },
      { version: '2', block_height: '2', tx_count: 0, root: hash('state/same') },
      { version: '3', block_height: '3', tx_count: 1, root: hash('state/3') },
    ])
  })

  test('counts what validators proposed and voted for, and when they were last heard of', async () => {
    expect(await rows("SELECT encode(validator_id, 'hex') AS id, name, peer_id, blocks_proposed, blocks_voted, last_seen FROM validators ORDER BY name")).toEqual([
      { id: VALIDATORS[0], name: 'validator-0', peer_id: 'peer-0', blocks_proposed: '1', blocks_voted: '3', last_seen: new Date(at(36)) },
      { id: VALIDATORS[1], name: 'validator-1', peer_id: 'peer-1', blocks_proposed: '2', blocks_voted: '2', last_seen: new Date(at(36)) },
    ])
  })

  test('has each anomaly where it stands, with the times of all states it passed', async () => {
    expect(await rows('SELECT anomaly_id, state, reject_code, published_at, admitted_at, timeout_at, committed_at, rejected_at, expired_at, settled_at, block_height FROM anomalies ORDER BY published_position')).toEqual([
      anomaly('a', 'COMMITTED', { published_at: 1, admitted_at: 2, committed_at: 4, settled_at: 4 }, { block_height: '1' }),
      anomaly('b', 'REJECTED', { published_at: 1, rejected_at: 3, settled_at: 3 }, { reject_code: 'INVALID_SIGNATURE' }),
      anomaly('c', 'COMMITTED', { published_at: 2, timeout_at: 32, committed_at: 36, settled_at: 36 }, { block_height: '3' }),
      anomaly('d', 'EXPIRED', { published_at: 33, admitted_at: 34, expired_at: 400, settled_at: 400 }),
      anomaly('e', 'PUBLISHED', { published_at: 401 }),
    ])
    expect(await rows("SELECT authentic, type, severity, confidence, encode(message_hash, 'hex') AS message, origin_offset, payload, rejected_validators FROM anomalies WHERE state = 'REJECTED'")).toEqual([
      { authentic: false, type: 'port_scan', severity: 3, confidence: 0.93, message: hash('message/b'), origin_offset: '1', payload: null, rejected_validators: VALIDATORS },
    ])
  })

  test('keeps totals that always add up', async () => {
    expect(await rows('SELECT state, current_count, ever_count FROM lifecycle_totals ORDER BY state')).toEqual([
      { state: 'ADMITTED', current_count: '0', ever_count: '2' },
      { state: 'COMMITTED', current_count: '2', ever_count: '2' },
      { state: 'EXPIRED', current_count: '1', ever_count: '1' },
      { state: 'PUBLISHED', current_count: '1', ever_count: '5' },
      { state: 'REJECTED', current_count: '1', ever_count: '1' },
      { state: 'TIMEOUT', current_count: '0', ever_count: '1' },
    ])
  })
})

describe('the timelines projection', () => {
  test('keeps an anomaly in the set of every state it has passed', async () => {
    const sizes = await Promise.all(['PUBLISHED', 'ADMITTED', 'COMMITTED', 'REJECTED', 'TIMEOUT', 'EXPIRED', 'all'].map((state) => harness.timelines.zcard(`anomaly:timeline:${state}`)))
    expect(sizes).toEqual([5, 2, 2, 1, 1, 1, 5])
  })

  test('orders members by the second in which they entered the state', async () => {
    expect(await harness.timelines.zrangeByScore('anomaly:timeline:COMMITTED')).toEqual([
      { member: anomalyId('a'), score: T0 / 1000 + 4 }, { member: anomalyId('c'), score: T0 / 1000 + 36 },
    ])
    expect((await harness.timelines.zrangeByScore('anomaly:timeline:all', { reverse: true, limit: 2 })).map(({ member }) => member)).toEqual([anomalyId('e'), anomalyId('d')])
    expect((await harness.timelines.zrangeByScore('anomaly:timeline:all', { min: T0 / 1000 + 2, max: T0 / 1000 + 33 })).map(({ member }) => member)).toEqual([anomalyId('c'), anomalyId('d')])
    expect(await harness.timelines.zrangeByScore('nothing')).toEqual([])
  })

  test('keeps a hash an anomaly with the fields of the predecessor', async () => {
    expect(await harness.timelines.hgetall(`anomaly:${anomalyId('a')}`)).toEqual({
      state: 'COMMITTED', anomaly_type: 'ddos', confidence: '0.93', severity: '8',
      published_at: '1760595056', admitted_at: '1760595057', committed_at: '1760595059', validator_id: VALIDATORS[0], signature: '01'.repeat(64), block_height: '1', reason: '',
    })
    expect(await harness.timelines.hgetall(`anomaly:${anomalyId('b')}`)).toMatchObject({ state: 'REJECTED', reason: 'INVALID_SIGNATURE', rejected_at: '1760595058' })
    expect(await harness.timelines.hgetall(`anomaly:${anomalyId('c')}`)).toMatchObject({ state: 'COMMITTED', timeout_at: '1760595087', committed_at: '1760595091' })
    expect(await harness.timelines.hgetall('anomaly:none')).toBeUndefined()
  })
})

describe('the audit projection', () => {
  test('has the RFC 6962 root of all entries of the log', async () => {
    const entries = await harness.log.readEntries({ from: asPosition(0), limit: 1000 })
    expect(await rows("SELECT size, encode(root, 'hex') AS root FROM audit_tree")).toEqual([
      { size: String(SAMPLE.length), root: bytesToHex(merkleRoot(entries.map(({ position, bytes }) => auditEntryOf(position, bytes)))) },
    ])
  })

  test('has one chained row an event, in log order', async () => {
    const logs = (await harness.sql.query<{ sequence_num: string; prev_hash: Buffer; record_hash: Buffer }>('SELECT sequence_num, prev_hash, record_hash FROM audit_logs ORDER BY sequence_num')).rows
    expect(logs.map((log) => Number(log.sequence_num))).toEqual(SAMPLE.map((_, i) => i))
    logs.forEach((log, i) => expect(log.prev_hash).toEqual(i === 0 ? Buffer.alloc(32) : logs[i - 1]?.record_hash))
    expect(await rows('SELECT event_type, severity, actor, action, resource, result, fields, timestamp FROM audit_logs WHERE sequence_num IN (6, 17) ORDER BY sequence_num')).toEqual([
      {
        event_type: 'AnomalyRejected', severity: 'SECURITY', actor: 'quorum', action: 'reject', resource: `anomaly-${anomalyId('b')}`, result: 'success',
        fields: { code: 'INVALID_SIGNATURE', validators: VALIDATORS.join(',') }, timestamp: new Date(at(3)),
      },
      {
        event_type: 'OperatorActionRecorded', severity: 'INFO', actor: 'alice', action: 'export', resource: 'calibration', result: 'success',
        fields: { rows: '5', reason: 'weekly' }, timestamp: new Date(at(402)),
      },
    ])
  })
})

test('a projection that is reset and run again has the same content', async () => {
  const before = await snapshot()
  for (const projection of harness.projections) await projection.reset()
  expect(await harness.timelines.zcard('anomaly:timeline:all')).toBe(0)
  await harness.catchUp()
  expect(await snapshot()).toEqual(before)
})

test('one event at a time gives the same content as all at once', async () => {
  const before = await snapshot()
  for (const projection of harness.projections) {
    await projection.reset()
    await runProjection({ log: harness.log, projection, signal: new AbortController().signal, untilEnd: true, batchEvents: 1 })
  }
  expect(await snapshot()).toEqual(before)
})

async function snapshot(): Promise<unknown> {
  const tables = ['blocks', 'transactions', 'state_versions', 'validators', 'anomalies', 'lifecycle_totals', 'audit_logs', 'audit_tree']
  const keys = ['height', 'block_height, tx_index', 'version', 'validator_id', 'anomaly_id', 'state', 'sequence_num', 'name']
  return {
    sql: await Promise.all(tables.map((table, i) => rows(`SELECT * FROM ${table} ORDER BY ${keys[i] ?? '1'}`))),
    timelines: await Promise.all(['all', 'PUBLISHED', 'COMMITTED', 'TIMEOUT'].map((name) => harness.timelines.zrangeByScore(`anomaly:timeline:${name}`))),
    checkpoints: await rows('SELECT name, version, position, last_event_id FROM projection_checkpoints ORDER BY name'),
  }
}

function anomaly(name: string, state: string, times: Record<string, number>, more: Record<string, unknown> = {}): Record<string, unknown> {
  const all = ['published_at', 'admitted_at', 'timeout_at', 'committed_at', 'rejected_at', 'expired_at', 'settled_at']
  const columns = Object.fromEntries(all.map((column) => [column, times[column] === undefined ? null : new Date(at(times[column]))]))
  return { anomaly_id: anomalyId(name), state, reject_code: null, block_height: null, ...columns, ...more }
}
