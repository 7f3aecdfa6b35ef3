/** Producers whose signed messages ended, by id, with what they came to. */
import { REJECT_CODES, type RejectCode } from '../../../domain/reject-codes.js'
import type { SqlRunner } from '../../sql/statement.js'

export type ProducerView = {
  readonly id: string
  readonly committed: number
  /** Refusals of messages with its valid signature. */
  readonly refused: readonly { readonly code: string; readonly count: number }[]
  /** Of its committed anomalies, those whose verdicts say so. */
  readonly confirmed: number
  readonly falsePositives: number
  /** 0 to 100. */
  readonly reputation: number
}

type Row = { id: string; score: number; committed: string; refused: Partial<Record<RejectCode, number>>; confirmed: string; false_positives: string }

export async function listProducers(sql: SqlRunner): Promise<ProducerView[]> {
  const { rows } = await sql.query<Row>(
    "SELECT encode(producer_id, 'hex') AS id, score, committed, refused, confirmed, false_positives FROM state_reputation ORDER BY producer_id")
  return rows.map((row) => ({
    id: row.id, committed: Number(row.committed), reputation: row.score,
    confirmed: Number(row.confirmed), falsePositives: Number(row.false_positives),
    refused: REJECT_CODES.flatMap((code) => (row.refused[code] === undefined ? [] : [{ code, count: row.refused[code] }])),
  }))
}
