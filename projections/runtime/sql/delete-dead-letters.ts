/** Forgets what a projection could not apply. */
import type { SqlRunner } from '../../sql/statement.js'

/** @param version undefined for all of them */
export const deleteDeadLetters = (client: SqlRunner, name: string, version?: number): Promise<unknown> =>
  client.query('DELETE FROM projection_dead_letters WHERE name = $1 AND version = COALESCE($2, version)', [name, version ?? null])
