/** Statements of this transaction give up waiting for a lock after so long, with 55P03. */
import type { SqlRunner } from '../../sql/statement.js'

export const limitLockWait = (client: SqlRunner, limitMs: number): Promise<unknown> => client.query(`SET LOCAL lock_timeout = ${limitMs}`)
