import { afterAll, beforeAll } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { createFlowTable, insertFlows } from '../testing/flow-rows.js'
import { describeLiveSource } from '../testing/live-source-contract.js'

const TABLE = 'curated.test_ddos_binary'
let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres('embedded') })
afterAll(() => postgres.stop())

describeLiveSource('a table of PostgreSQL', async () => {
  const pool = await postgres.createDatabase()
  await createFlowTable(pool, TABLE)
  const { rows: [row] } = await pool.query<{ name: string }>('SELECT current_database() AS name')
  return {
    address: { kind: 'postgres', url: postgres.server.url.replace(/\/[^/]*$/, `/${row?.name}`), table: TABLE },
    add: (rows) => insertFlows(pool, TABLE, rows),
    async addBad() {
      await pool.query(`
        INSERT INTO ${TABLE} ("timestamp", src_ip, dst_ip, dst_port, protocol, flow_duration, tot_fwd_pkts, tot_bwd_pkts) VALUES
        (NULL, '10.0.0.1', '10.0.0.2', 80, 'TCP', 1, 1, 1),
        ('2017-07-07 12:00:30', '10.0.0.1', NULL, 80, 'TCP', 1, 1, 1),
        ('2017-07-07 12:00:31', '10.0.0.1', '10.0.0.2', 80, 'carrier pigeon', 1, 1, 1),
        ('2017-07-07 12:00:32', '10.0.0.1', '10.0.0.2', 80, 'TCP', NULL, 1, 1),
        ('2017-07-07 12:00:33', '10.0.0.1', '10.0.0.2', 80, 'TCP', 1, -1, 1)`)
      return ['bad-time/Timestamp', 'bad-row/Dst IP', 'bad-number/Protocol', 'bad-number/Flow Duration', 'bad-number/Total Fwd Packet']
    },
  }
})
