/** Dead letters of the live version go with it: from now on they stand under the name of the schema that it is put into. */
import type { SqlRunner } from '../../sql/statement.js'

export const putDeadLettersAside = (client: SqlRunner, name: string, aside: string): Promise<unknown> =>
  client.query('UPDATE projection_dead_letters SET name = $2 WHERE name = $1', [name, aside])
