/** Dead letters of a version that takes the live one's place, out of the schema that it was built in. */
import type { SqlRunner } from '../../sql/statement.js'

export const takeDeadLettersIn = (client: SqlRunner, name: string, version: number, from: string): Promise<unknown> =>
  client.query(
    `INSERT INTO projection_dead_letters (name, version, position, event_id, event_type, error, recorded_at, attempts, tried_at)
     SELECT name, version, position, event_id, event_type, error, recorded_at, attempts, tried_at FROM ${from}.projection_dead_letters WHERE name = $1 AND version = $2`, [name, version])
