/** This transaction may stand idle while its owner works on another connection: that is not a fault. */
import type { SqlRunner } from '../../sql/statement.js'

export const stayIdle = (client: SqlRunner): Promise<unknown> => client.query('SET LOCAL idle_in_transaction_session_timeout = 0')
