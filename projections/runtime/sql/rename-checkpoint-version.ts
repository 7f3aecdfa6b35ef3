/** The checkpoint of one version becomes that of another. */
import type { SqlRunner } from '../../sql/statement.js'

export const renameCheckpointVersion = (client: SqlRunner, name: string, from: number, to: number): Promise<unknown> =>
  client.query('UPDATE projection_checkpoints SET version = $2 WHERE name = $1 AND version = $3', [name, to, from])
