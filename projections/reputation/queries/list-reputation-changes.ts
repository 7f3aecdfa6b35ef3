/** A page of changes of scores, newest first; of one validator or producer where it is named. */
import { below, readKeysetPage, type KeysetPage } from '../../sql/keyset.js'
import type { SqlRunner } from '../../sql/statement.js'
import type { ChangeReason, SubjectKind } from '../changes.js'

export type ReputationChangeView = {
  readonly number: number
  readonly kind: SubjectKind
  readonly subjectId: string
  readonly logPosition: number
  readonly blockHeight: number
  readonly before: number
  readonly after: number
  readonly reason: ChangeReason
  readonly changedAt: Date
}

type Row = {
  change_number: string; subject_kind: SubjectKind; subject_id: Buffer; log_position: string; block_height: string
  score_before: number; score_after: number; reason: ChangeReason; changed_at: Date
}

const COLUMNS = 'change_number, subject_kind, subject_id, log_position, block_height, score_before, score_after, reason, changed_at'

/** @param subjectId validator id or producer key, hex */
export async function listReputationChanges(sql: SqlRunner, subjectId: string | undefined, page: KeysetPage, before?: number): Promise<ReputationChangeView[]> {
  const conditions = subjectId === undefined ? [] : [{ text: (parameter: (value: unknown) => string) => `subject_id = ${parameter(Buffer.from(subjectId, 'hex'))}` }]
  const rows = await readKeysetPage<Row>(sql, 'reputation_changes', COLUMNS, 'change_number', page, [...conditions, ...below('log_position', before)])
  return rows.map((row) => ({
    number: Number(row.change_number), kind: row.subject_kind, subjectId: row.subject_id.toString('hex'), logPosition: Number(row.log_position),
    blockHeight: Number(row.block_height), before: row.score_before, after: row.score_after, reason: row.reason, changedAt: row.changed_at,
  }))
}
