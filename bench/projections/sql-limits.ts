/** What the database could do at best: the finished tables copied out by the server and read in again, by COPY. */
import type pg from 'pg'
import { createStopwatch, type Cost } from '../stopwatch.js'

/**
 * `COPY table FROM file` into empty tables of the same columns and indexes, the file on the server's own disk: no
 * client, no network, no JSON. Needs a superuser, which the embedded database's user is.
 * @param events that the rows were made of
 */
export async function measureCopy(pool: pg.Pool, tables: readonly string[], events: number): Promise<Cost & { readonly rows: number }> {
  const { rows: [{ folder } = { folder: '' }] } = await pool.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder")
  const watch = createStopwatch()
  let rows = 0
  await pool.query('CREATE SCHEMA copied')
  try {
    for (const [i, table] of tables.entries()) {
      const file = `'${folder.replaceAll("'", "''")}/bench-copy-${i}'`
      const written = await pool.query(`COPY ${table} TO ${file} (FORMAT binary)`)
      await pool.query(`CREATE TABLE copied.${table} (LIKE ${table} INCLUDING ALL)`)
      await watch.time(async () => { rows += (await pool.query(`COPY copied.${table} FROM ${file} (FORMAT binary)`)).rowCount ?? 0 })
      if (written.rowCount === null) throw new Error(`${table} was not copied`)
    }
    return { ...watch.cost(events), rows }
  } finally {
    await pool.query('DROP SCHEMA copied CASCADE')
  }
}
