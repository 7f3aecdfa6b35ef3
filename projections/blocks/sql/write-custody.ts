/** Writes the chain of custody into the transactions that carry evidence, in the column that the original has for it. */
import type { EventData } from '../../../domain/events/schema.js'
import { custodyJson } from '../../reports/sql/insert-reports.js'
import { updateRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'

type Report = EventData<'ReportRecorded'>

const COLUMNS: readonly Column<Report>[] = [
  { name: 'block_height', type: 'int8', value: ({ placement }) => placement.height },
  { name: 'tx_index', type: 'int4', value: ({ placement }) => placement.txIndex },
  { name: 'custody_chain', type: 'jsonb', value: custodyJson },
]

export const writeCustody = (reports: readonly Report[]): SqlStatement[] =>
  updateRows('transactions', COLUMNS, reports, 'custody_chain = changed.custody_chain', 'transactions.block_height = changed.block_height AND transactions.tx_index = changed.tx_index')
