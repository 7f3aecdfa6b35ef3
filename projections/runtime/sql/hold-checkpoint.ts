/** Locks the checkpoints of a projection until the end of the transaction: batches wait. */
import type { SqlRunner } from '../../sql/statement.js'

export const holdCheckpoint = (client: SqlRunner, name: string): Promise<unknown> =>
  client.query('SELECT 1 FROM projection_checkpoints WHERE name = $1 FOR UPDATE', [name])
