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
  // A connection cut between two of our queries is told as an event, which ends the process where nobody listens.
  const onLost = (): void => { isBroken = true }
  client.on('error', onLost)
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => { isBroken = true })
    throw error
  } finally {
    // A broken connection may go on reporting errors while it is being closed.
    if (!isBroken) client.off('error', onLost)
    client.release(isBroken)
  }
}
