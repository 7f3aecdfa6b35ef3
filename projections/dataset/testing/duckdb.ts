/** DuckDB in this process, for questions to a data set. */
import { DuckDBInstance } from '@duckdb/node-api'

/** Rows as plain objects; wide integers are texts. */
export async function askDuckDb(question: string): Promise<readonly Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    // Where the time zone data is an extension, it must not be fetched from the internet.
    return (await connection.runAndReadAll(question)).getRowObjectsJson() as Record<string, unknown>[]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
