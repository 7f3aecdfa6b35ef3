/** Producers that were heard of, by id, with what their signed messages came to. */
import { producerReputation } from '../../../domain/reputation/producer.js'
import type { RejectCode } from '../../../domain/reject-codes.js'
import type { SqlRunner } from '../../sql/statement.js'

export type ProducerView = {
  readonly id: string
  readonly committed: number
  /** Refusals of messages with its valid signature. */
  readonly refused: readonly { readonly code: string; readonly count: number }[]
  /** 0 to 100. */
  readonly reputation: number
}

export async function listProducers(sql: SqlRunner): Promise<ProducerView[]> {
  const { rows } = await sql.query<{ id: string; outcome: string; messages: string }>(
    "SELECT encode(producer_id, 'hex') AS id, outcome, messages FROM producer_totals ORDER BY producer_id, outcome")
  const byId = new Map<string, { outcome: string; count: number }[]>()
  for (const { id, outcome, messages } of rows) byId.set(id, [...(byId.get(id) ?? []), { outcome, count: Number(messages) }])
  return [...byId].map(([id, outcomes]) => {
    const committed = outcomes.find(({ outcome }) => outcome === 'COMMITTED')?.count ?? 0
    const refused = outcomes.filter(({ outcome }) => outcome !== 'COMMITTED').map(({ outcome, count }) => ({ code: outcome, count }))
    const counts = Object.fromEntries(refused.map(({ code, count }) => [code, count])) as Partial<Record<RejectCode, number>>
    return { id, committed, refused, reputation: producerReputation({ committed, refused: counts }) }
  })
}
