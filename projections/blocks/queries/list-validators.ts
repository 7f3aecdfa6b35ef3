/** All validators, by name. There are at most a hundred. */
import type { SqlRunner } from '../../sql/statement.js'
import { hexOf } from '../../sql/values.js'

export type ValidatorView = {
  readonly id: string
  readonly name: string | null
  readonly publicKey: string | null
  readonly peerId: string | null
  readonly isActive: boolean
  readonly reputation: number
  readonly isJailed: boolean
  readonly failures: number
  readonly evidence: number
  readonly blocksProposed: number
  readonly blocksVoted: number
  readonly lastSeenAt: Date | null
}

type Row = {
  validator_id: Buffer; name: string | null; public_key: Buffer | null; peer_id: string | null; is_active: boolean; reputation: number
  is_jailed: boolean; failures: string; evidence: string
  blocks_proposed: string; blocks_voted: string; last_seen: Date | null
}

export async function listValidators(sql: SqlRunner): Promise<ValidatorView[]> {
  const { rows } = await sql.query<Row>(
    `SELECT validator_id, name, public_key, peer_id, is_active, reputation, is_jailed, failures, evidence, blocks_proposed, blocks_voted, last_seen FROM validators ORDER BY name, validator_id`)
  return rows.map((row) => ({
    id: row.validator_id.toString('hex'), name: row.name, publicKey: hexOf(row.public_key), peerId: row.peer_id, isActive: row.is_active,
    reputation: row.reputation, isJailed: row.is_jailed, failures: Number(row.failures), evidence: Number(row.evidence), blocksProposed: Number(row.blocks_proposed), blocksVoted: Number(row.blocks_voted), lastSeenAt: row.last_seen,
  }))
}
