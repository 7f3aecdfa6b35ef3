/** Forgets how far a projection was. */
import type { SqlRunner } from '../../sql/statement.js'

/** @param version undefined for all of them */
export const deleteCheckpoints = (client: SqlRunner, name: string, version?: number): Promise<unknown> =>
  client.query('DELETE FROM projection_checkpoints WHERE name = $1 AND version = COALESCE($2, version)', [name, version ?? null])
