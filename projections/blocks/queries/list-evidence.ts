/** Proofs against validators, newest first. A validator is jailed by the first one, so there are few. */
import type { EvidenceKind } from '../../../domain/evidence/evidence.js'
import type { SqlRunner } from '../../sql/statement.js'

export type EvidenceView = {
  readonly kind: EvidenceKind
  readonly offenderId: string
  readonly view: number
  readonly blockHeight: number
  readonly txHash: string
  readonly reporterId: string
  readonly recordedAt: Date
}

type Row = { kind: EvidenceKind; offender: string; view_number: string; block_height: string; tx_hash: string; reporter: string; recorded_at: Date }

const MOST = 200

export async function listEvidence(sql: SqlRunner): Promise<EvidenceView[]> {
  const { rows } = await sql.query<Row>(
    `SELECT kind, encode(offender_id, 'hex') AS offender, view_number, block_height, encode(tx_hash, 'hex') AS tx_hash, encode(reporter_id, 'hex') AS reporter, recorded_at
     FROM evidence ORDER BY block_height DESC, tx_index DESC LIMIT ${MOST}`)
  return rows.map((row) => ({
    kind: row.kind, offenderId: row.offender, view: Number(row.view_number), blockHeight: Number(row.block_height), txHash: row.tx_hash,
    reporterId: row.reporter, recordedAt: row.recorded_at,
  }))
}
