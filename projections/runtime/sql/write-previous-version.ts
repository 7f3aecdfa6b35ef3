/** Writes down which version is live from now on, and where the one before lies and how far it was. */
import type { SqlRunner } from '../../sql/statement.js'
import { timeOfMillis } from '../../sql/values.js'
import type { LiveVersion } from '../projection.js'

export function writePreviousVersion(client: SqlRunner, name: string, version: number, schema: string, before: LiveVersion): Promise<unknown> {
  const { position, lastEventId, lastEventAt } = before.checkpoint
  return client.query(
    `INSERT INTO projection_versions (name, version, previous_schema, previous_version, previous_position, previous_event_id, previous_event_at, switched_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT (name) DO UPDATE SET version = EXCLUDED.version, previous_schema = EXCLUDED.previous_schema,
     previous_version = EXCLUDED.previous_version, previous_position = EXCLUDED.previous_position, previous_event_id = EXCLUDED.previous_event_id,
     previous_event_at = EXCLUDED.previous_event_at, switched_at = EXCLUDED.switched_at`,
    [name, version, schema, before.version, position, lastEventId ?? null, timeOfMillis(lastEventAt)])
}
