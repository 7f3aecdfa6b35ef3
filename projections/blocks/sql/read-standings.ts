/** Standings of all validators before a batch: at most a hundred rows. */
import { asHex32, type ValidatorId } from '../../../domain/ids.js'
import type { SqlRunner } from '../../sql/statement.js'
import { numberOf } from '../../sql/values.js'
import type { KnownStanding } from '../standing-changes.js'

type Row = { id: string; reputation: number; is_jailed: boolean; failures: string; blocks_proposed: string; evidence: string; signed_height: string | null }

export async function readStandings(client: SqlRunner): Promise<KnownStanding[]> {
  const { rows } = await client.query<Row>(
    "SELECT encode(validator_id, 'hex') AS id, reputation, is_jailed, failures, blocks_proposed, evidence, signed_height FROM validators")
  return rows.map((row) => ({
    id: asHex32<ValidatorId>(row.id),
    standing: { score: row.reputation, isJailed: row.is_jailed, failures: Number(row.failures), proposals: Number(row.blocks_proposed), evidence: Number(row.evidence) },
    signedHeight: numberOf(row.signed_height) ?? undefined,
  }))
}
