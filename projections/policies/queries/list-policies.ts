/** A page of policies, newest first, and all that were applied, in the order of the chain. */
import type { PolicyAction, PolicyRule } from '../../../domain/policy/kinds.js'
import type { RejectCode } from '../../../domain/reject-codes.js'
import { below, readKeysetPage, type KeysetPage } from '../../sql/keyset.js'
import type { SqlRunner } from '../../sql/statement.js'
import { numberOf } from '../../sql/values.js'

export type PolicyView = {
  readonly policyId: string
  readonly logPosition: number
  readonly action: PolicyAction
  readonly rule: PolicyRule
  /** Canonical JSON. */
  readonly params: string
  readonly effectiveHeight: number
  readonly expirationHeight: number | null
  readonly rollbackOf: string | null
  readonly authority: string
  readonly authorityName: string | null
  readonly outcome: 'applied' | 'failed' | 'lapsed'
  readonly code: RejectCode | null
  /** null where no block carried it, as the two that follow. */
  readonly blockHeight: number | null
  readonly txIndex: number | null
  readonly txHash: string | null
  readonly issuedAt: Date
  readonly recordedAt: Date
}

type Row = {
  log_position: string; policy_id: string; action: PolicyAction; rule: PolicyRule; params: string; effective_height: string; expiration_height: string | null
  rollback_of: string | null; authority: Buffer; authority_name: string | null; outcome: PolicyView['outcome']; code: RejectCode | null
  block_height: string | null; tx_index: number | null; tx_hash: Buffer | null; issued_at: Date; recorded_at: Date
}

const COLUMNS = `log_position, policy_id, action, rule, params, effective_height, expiration_height, rollback_of, authority, authority_name, outcome, code,
  block_height, tx_index, tx_hash, issued_at, recorded_at`

export async function listPolicies(sql: SqlRunner, page: KeysetPage, before?: number): Promise<PolicyView[]> {
  return (await readKeysetPage<Row>(sql, 'policies', COLUMNS, 'log_position', page, below('log_position', before))).map(viewOf)
}

/** Policies by id, in one query; of one that lapsed and was carried after all, what came last. */
export async function findPolicies(sql: SqlRunner, ids: readonly string[]): Promise<Map<string, PolicyView>> {
  const { rows } = await sql.query<Row>(`SELECT ${COLUMNS} FROM policies WHERE policy_id = ANY($1::uuid[]) ORDER BY log_position`, [ids])
  return new Map(rows.map(viewOf).map((policy) => [policy.policyId, policy]))
}

/** What the state holds is bounded; what a chain has carried is not, so the newest are read. */
const MOST_APPLIED = 5000

export async function listAppliedPolicies(sql: SqlRunner): Promise<PolicyView[]> {
  const { rows } = await sql.query<Row>(`SELECT ${COLUMNS} FROM policies WHERE outcome = 'applied' ORDER BY log_position DESC LIMIT ${MOST_APPLIED}`)
  return rows.map(viewOf).reverse()
}

const viewOf = (row: Row): PolicyView => ({
  policyId: row.policy_id, logPosition: Number(row.log_position), action: row.action, rule: row.rule, params: row.params,
  effectiveHeight: Number(row.effective_height), expirationHeight: numberOf(row.expiration_height), rollbackOf: row.rollback_of,
  authority: row.authority.toString('hex'), authorityName: row.authority_name, outcome: row.outcome, code: row.code,
  blockHeight: numberOf(row.block_height), txIndex: row.tx_index, txHash: row.tx_hash?.toString('hex') ?? null, issuedAt: row.issued_at, recordedAt: row.recorded_at,
})
