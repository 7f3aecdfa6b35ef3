/** SQL as data: folds return statements, one place runs them. */
import type pg from 'pg'

export type SqlStatement = {
  readonly text: string
  /** Of many rows they are made when asked for, so that those of a whole batch are not held at once. */
  readonly values: readonly unknown[]
}

/** Anything that runs a query: a pool or a client inside a transaction. */
export type SqlRunner = Pick<pg.ClientBase, 'query'>

/** One after the other. The values of the next are made while the server works on the one before. */
export async function runStatements(client: SqlRunner, statements: readonly SqlStatement[]): Promise<void> {
  let running: Promise<unknown> = Promise.resolve()
  for (const { text, values } of statements) {
    await running
    running = client.query(text, values as unknown[])
    // Should the next values throw, nobody is left to hear how this one ended.
    running.catch(() => undefined)
  }
  await running
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
