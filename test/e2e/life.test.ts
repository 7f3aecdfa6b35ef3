import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../cli/up/summary.js'
import { startUp, temporaryFolder, until, type Running, type Up } from '../support/mesh.js'

/** One mesh for the whole file: started as a newcomer starts it, looked at while it runs, then stopped with Ctrl-C. */
describe('a mesh on the bundled capture', () => {
  const folder = temporaryFolder()
  const data = join(folder.path, 'mesh')
  let up: Up
  let running: Running
  let client: pg.Client
  let summary: Summary | undefined

  const graphql = async <T>(query: string): Promise<T> => {
    const response = await fetch(`${running.api}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) })
    const { data: result, errors } = await response.json() as { data: T; errors?: unknown }
    expect(errors).toBeUndefined()
    return result
  }

  beforeAll(async () => {
    up = startUp(data)
    running = await up.ready()
    client = new pg.Client({ connectionString: readFileSync(join(data, 'sql.url'), 'utf8').trim() })
    await client.connect()
    await until('an anomaly is committed and projected', async () =>
      Number((await client.query("SELECT count(*) AS n FROM anomalies WHERE state = 'COMMITTED'")).rows[0].n) >= 1, 60_000)
  }, 200_000)

  afterAll(async () => {
    await client?.end().catch(() => undefined)
    if (summary === undefined) await up?.interrupt().catch(() => undefined)
    folder.remove()
  })

  test("the seed's SQL runs unchanged", async () => {
    const sql = "SELECT height, tx_count, encode(state_root,'hex') FROM blocks ORDER BY height DESC LIMIT 5;"
    const { rows } = await client.query(sql)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows[0].encode).toMatch(/^[0-9a-f]{64}$/)
    if (process.env['CYBERMESH_FULL'] === undefined) return
    const printed = execFileSync('psql', [readFileSync(join(data, 'sql.url'), 'utf8').trim(), '-c', sql], { encoding: 'utf8' })
    expect(printed).toContain(rows[0].encode)
  })

  test('GraphQL tells the life of an anomaly', async () => {
    const { anomalies } = await graphql<{ anomalies: { edges: { node: { id: string } }[] } }>('{ anomalies(first: 1, filter: { state: COMMITTED }) { edges { node { id } } } }')
    const id = anomalies.edges[0]?.node.id
    const { anomaly } = await graphql<{ anomaly: { state: string; lifecycle: { state: string }[] } }>(`{ anomaly(id: "${id}") { id state lifecycle { state } } }`)
    expect(anomaly.state).toBe('COMMITTED')
    expect(anomaly.lifecycle.map(({ state }) => state)).toEqual(['PUBLISHED', 'ADMITTED', 'COMMITTED'])
  })

  test('Ctrl-C ends with books that balance, one state and gapless linked blocks', async () => {
    await client.end()
    summary = await up.interrupt()
    const { published, committed, rejected, timeout, expired, inFlight, stateRoots, viewChanges, projections, logPosition } = summary
    expect(committed).toBeGreaterThan(0)
    expect(published).toBe(committed + rejected + timeout + expired + inFlight)
    expect(inFlight).toBe(0)
    expect(stateRoots).toHaveLength(5)
    expect(new Set(stateRoots).size).toBe(1)
    expect(viewChanges).toBe(0)
    for (const { position } of Object.values(projections)) expect(position).toBe(logPosition)
  })
})
