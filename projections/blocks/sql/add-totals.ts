/** Moves the totals a state with each batch, so that counts never need a scan. */
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import type { AnomalyChanges } from '../anomaly-changes.js'

type Row = { readonly state: string; readonly current: number; readonly ever: number }

const COLUMNS: readonly Column<Row>[] = [
  { name: 'state', type: 'text', value: ({ state }) => state },
  { name: 'current_count', type: 'int8', value: ({ current }) => current },
  { name: 'ever_count', type: 'int8', value: ({ ever }) => ever },
]

const ADD = `(state) DO UPDATE SET
  current_count = lifecycle_totals.current_count + excluded.current_count,
  ever_count = lifecycle_totals.ever_count + excluded.ever_count`

export const addTotals = ({ totals }: AnomalyChanges): SqlStatement[] =>
  insertRows('lifecycle_totals', COLUMNS, [...totals].map(([state, total]) => ({ state, ...total })), ADD)
