/** The predecessor's SQL, typed into psql as its operators do: the same names and columns, with the truth in them. */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHarness, type ProjectionHarness } from '../../projections/testing/harness.js'
import { anomalyId, appendSample, at, hash, PRODUCER, SAMPLE, VALIDATORS } from '../../projections/testing/sample-log.js'
import { cockroach, embedded, forcedCockroach, postgres15, withoutFaults, type SqlServer } from './engines.js'

const hasPsql = spawnSync('psql', ['--version']).status === 0
const skipsPsql = !hasPsql && process.env.CYBERMESH_FULL !== '1'
const NO_PSQL = 'psql is not installed (apt install postgresql-client); these tests run it'

/** Columns of the predecessor's tables, in its order. */
const COLUMNS: Readonly<Record<string, string>> = {
  blocks: 'height, block_hash, parent_hash, state_root, proposer_id, view_number, timestamp, tx_count, tx_root, qc_view, qc_signatures, committed_at',
  transactions: `tx_hash, block_height, tx_index, tx_type, producer_id, nonce, content_hash, algorithm, public_key, signature, payload, custody_chain, status,
    error_msg, submitted_at, executed_at`,
  state_versions: 'version, state_root, block_height, block_hash, tx_count, reputation_changes, policy_changes, quarantine_changes, created_at',
  validators: `validator_id, public_key, peer_id, is_active, reputation, joined_height, last_seen, blocks_proposed, blocks_voted, address, created_at,
    updated_at`,
  audit_logs: 'id, event_type, severity, actor, action, resource, result, fields, sequence_num, prev_hash, record_hash, timestamp',
  state_reputation: 'producer_id, score, total_events, violations, last_violation, updated_height, updated_at',
}

describe.skipIf(skipsPsql).each([embedded, postgres15, forcedCockroach, cockroach])(skipsPsql ? NO_PSQL : 'psql on $name', (engine) => {
  describe.skipIf(engine.skips !== undefined)(engine.skips ?? 'with the predecessor’s commands', () => {
    let server: SqlServer
    let harness: ProjectionHarness
    beforeAll(async () => {
      server = await engine.start(withoutFaults())
      harness = await createHarness(server)
      await appendSample(harness.log)
      await harness.catchUp()
    })
    afterAll(async () => {
      await harness.close()
      await server.stop()
    })

    const psql = async (...words: string[]): Promise<string[]> => {
      const { stdout } = await promisify(execFile)('psql', [harness.sql.options.connectionString as string, '--no-psqlrc', ...words])
      return stdout.trimEnd().split('\n')
    }
    const ask = (sql: string): Promise<string[]> => psql('-At', '-c', sql)

    test('the command of its document prints the newest blocks', async () => {
      const lines = await psql('-c', "SELECT height, tx_count, encode(state_root,'hex') FROM blocks ORDER BY height DESC LIMIT 5;")
      expect(lines[0]).toMatch(/^ height \| tx_count \| +encode/)
      expect(lines.slice(2, 5).map((line) => line.split('|').map((cell) => cell.trim()))).toEqual([
        ['3', '1', hash('state/3')], ['2', '0', hash('state/same')], ['1', '1', hash('state/1')],
      ])
      expect(lines[5]).toBe('(3 rows)')
    })

    test.each(Object.entries(COLUMNS))('%s has all its columns, and rows in them', async (table, columns) => {
      expect((await ask(`SELECT ${columns} FROM ${table}`)).filter((line) => line.includes('|')).length).toBeGreaterThan(0)
    })

    test('what it left empty is filled with the truth', async () => {
      expect(await ask("SELECT view_number, qc_view, encode(qc_signatures,'escape') FROM blocks WHERE height = 3")).toEqual(['13|13|certificate'])
      expect(await ask('SELECT count(*), min(sequence_num), max(sequence_num) FROM audit_logs')).toEqual([`${SAMPLE.length}|0|${SAMPLE.length - 1}`])
      expect(await ask(`SELECT count(*) FROM validators WHERE validator_id = '\\x${VALIDATORS[0]}' AND is_active`)).toEqual(['1'])
      expect(await ask(`SELECT count(*) FROM state_reputation WHERE producer_id = '\\x${PRODUCER}'`)).toEqual(['1'])
    })

    test('blocks, transactions and state versions join by height, as its schema meant', async () => {
      expect(await ask(`SELECT b.height, t.tx_index, t.tx_type, t.status, encode(t.tx_hash,'hex') = '${hash('tx/a')}', s.state_root = b.state_root
        FROM blocks b JOIN transactions t ON t.block_height = b.height JOIN state_versions s ON s.block_height = b.height WHERE b.height = 1`)).toEqual(['1|0|event|success|t|t'])
    })

    test('an anomaly is found by its own id', async () => {
      expect(await ask(`SELECT state, extract(epoch FROM committed_at)::INT8 FROM anomalies WHERE anomaly_id = '${anomalyId('a')}'`)).toEqual([`COMMITTED|${Math.floor(at(4) / 1000)}`])
    })
  })
})
