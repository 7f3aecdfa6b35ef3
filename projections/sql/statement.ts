/** SQL as data: folds return statements, one place runs them. */
import type pg from 'pg'

export type SqlStatement = { readonly text: string; readonly values: readonly unknown[] }

/** Anything that runs a query: a pool or a client inside a transaction. */
export type SqlRunner = Pick<pg.ClientBase, 'query'>

export async function runStatements(client: SqlRunner, statements: readonly SqlStatement[]): Promise<void> {
  for (const { text, values } of statements) await client.query(text, values as unknown[])
}

/** Runs `work` in one transaction on one connection; a connection that failed is not used again. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let isBroken = false
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => { isBroken = true })
    throw error
  } finally {
    client.release(isBroken)
  }
}
