/** The transactions of several blocks, in block order, in one query. */
import type { SqlRunner } from '../../sql/statement.js'
import { hexOf } from '../../sql/values.js'

export type TransactionView = {
  readonly hash: string
  readonly blockHeight: number
  readonly index: number
  readonly kind: string
  readonly anomalyId: string | null
  readonly producerId: string | null
  readonly contentHash: string | null
  readonly status: string
  readonly code: string | null
}

type Row = {
  tx_hash: Buffer; block_height: string; tx_index: number; kind: string; anomaly_id: string | null; producer_id: Buffer | null
  content_hash: Buffer | null; status: string; code: string | null
}

/** Height -> transactions; a height without any is absent. */
export async function listTransactions(sql: SqlRunner, heights: readonly number[]): Promise<Map<number, TransactionView[]>> {
  const { rows } = await sql.query<Row>(
    `SELECT tx_hash, block_height, tx_index, COALESCE(tx_kind, tx_type) AS kind, anomaly_id, producer_id, content_hash, status, code FROM transactions
     WHERE block_height = ANY($1::int8[]) ORDER BY block_height, tx_index`, [heights])
  const byHeight = new Map<number, TransactionView[]>()
  for (const row of rows) {
    const view: TransactionView = {
      hash: row.tx_hash.toString('hex'), blockHeight: Number(row.block_height), index: row.tx_index, kind: row.kind, anomalyId: row.anomaly_id,
      producerId: hexOf(row.producer_id), contentHash: hexOf(row.content_hash), status: row.status, code: row.code,
    }
    const list = byHeight.get(view.blockHeight)
    if (list === undefined) byHeight.set(view.blockHeight, [view])
    else list.push(view)
  }
  return byHeight
}
