/** Makes a projection's first checkpoint, at 0, where no version of it has one. */
import type { SqlRunner } from '../../sql/statement.js'

export const beginCheckpoint = (client: SqlRunner, name: string, version: number): Promise<unknown> =>
  client.query(
    `INSERT INTO projection_checkpoints (name, version, position, updated_at)
     SELECT $1, $2, 0, now() WHERE NOT EXISTS (SELECT 1 FROM projection_checkpoints WHERE name = $1) ON CONFLICT (name, version) DO NOTHING`, [name, version])
