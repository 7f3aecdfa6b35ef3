/** SQL as data: folds return statements, one place runs them. */
import type pg from 'pg'
import { runCopy, type CopyStatement } from './copy.js'
import type { SqlRunner } from './runner.js'

export type { SqlRunner } from './runner.js'

export type SqlStatement = {
  readonly text: string
  /** Of many rows they are made when asked for, so that those of a whole batch are not held at once. */
  readonly values: readonly unknown[]
  /** The same where none of the rows is there yet. */
  readonly copy?: CopyStatement
}

/** One after the other. The values of the next are made while the server works on the one before. */
export async function runStatements(client: SqlRunner, statements: readonly SqlStatement[], { copies = false } = {}): Promise<void> {
  let running: Promise<unknown> = Promise.resolve()
  for (const statement of statements) {
    const run = copies && statement.copy !== undefined ? preparedCopy(client, statement.copy) : prepared(client, statement)
    await running
    running = run()
    // Should the next values throw, nobody is left to hear how this one ended.
    running.catch(() => undefined)
  }
  await running
}

function prepared(client: SqlRunner, { text, values }: SqlStatement): () => Promise<unknown> {
  return () => client.query(text, values as unknown[])
}

function preparedCopy(client: SqlRunner, copy: CopyStatement): () => Promise<unknown> {
  const lines = copy.lines()
  return () => runCopy(client, copy, lines)
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
