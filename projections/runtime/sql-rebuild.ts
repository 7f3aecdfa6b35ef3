/**
 * Blue/green rebuild of SQL read models. The new version fills tables of the same names in a schema of its own; the
 * switch moves them into the place of the live ones in one transaction that holds the live checkpoint, so readers see
 * the old version or the new one, never an empty or mixed one.
 */
import type pg from 'pg'
import { asPosition, type Position } from '../../domain/ids.js'
import { migrate } from '../sql/migrate.js'
import { createSqlPool } from '../sql/pool.js'
import { inTransaction, type SqlRunner } from '../sql/statement.js'
import type { Projection, Rebuild } from './projection.js'
import type { SqlFold } from './sql-projection.js'

export async function beginSqlRebuild(live: pg.Pool, fold: SqlFold, create: (pool: pg.Pool, fold: SqlFold) => Projection): Promise<Rebuild> {
  const schema = `rebuild_${fold.name}`
  await dropSchema(live, schema)
  await live.query(`CREATE SCHEMA ${schema}`)
  const pool = poolInSchema(live, schema)
  const end = async (): Promise<void> => {
    await pool.end()
    await dropSchema(live, schema)
  }
  try {
    await migrate(pool)
  } catch (error) {
    await end()
    throw error
  }
  const projection = create(pool, fold)
  return {
    projection,
    async switchOver(catchUp) {
      const { rows } = await live.query<{ schema: string }>('SELECT current_schema() AS schema')
      const home = rows[0]?.schema ?? 'public'
      return inTransaction(live, async (client) => {
        // Waits for the batch in progress; the next one waits for us.
        const position = await holdCheckpoint(client, fold)
        await catchUp(position)
        let isEqual = true
        for (const table of fold.tables) {
          if (await digestOf(client, `${home}.${table}`) !== await digestOf(client, `${schema}.${table}`)) isEqual = false
        }
        for (const table of fold.tables) {
          await client.query(`DROP TABLE ${home}.${table}`)
          await client.query(`ALTER TABLE ${schema}.${table} SET SCHEMA ${home}`)
        }
        return { position, isEqual }
      })
    },
    end,
  }
}

async function holdCheckpoint(client: SqlRunner, { name, version }: SqlFold): Promise<Position> {
  const { rows } = await client.query<{ position: string }>('SELECT position FROM projection_checkpoints WHERE name = $1 AND version = $2 FOR UPDATE', [name, version])
  return asPosition(Number(rows[0]?.position ?? 0))
}

/** A digest of all rows, whatever their order. */
async function digestOf(client: SqlRunner, table: string): Promise<string> {
  const { rows } = await client.query<{ digest: string | null }>(
    `SELECT md5(string_agg(line, '' ORDER BY line)) AS digest FROM (SELECT md5(CAST(given.* AS TEXT)) AS line FROM ${table} AS given) AS lines`)
  return rows[0]?.digest ?? 'empty'
}

function poolInSchema(live: pg.Pool, schema: string): pg.Pool {
  const { connectionString } = live.options
  if (connectionString === undefined) throw new Error('a rebuild needs a pool that was made from a URL')
  const url = new URL(connectionString)
  url.searchParams.set('options', `-c search_path=${schema}`)
  return createSqlPool({ url: url.href, max: 4 })
}

const dropSchema = (pool: pg.Pool, schema: string): Promise<unknown> => pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
