/** What is known before a batch: the anomalies and producers it speaks of, and all validators, at most a hundred rows. */
import type { RejectCode } from '../../../domain/reject-codes.js'
import { readLives } from '../../lives/sql-lives.js'
import type { BatchEntry } from '../../runtime/projection.js'
import type { SqlRunner } from '../../sql/statement.js'
import { judgedIdsOf } from '../../verdicts/judged-ids.js'
import type { StandingVerdict } from '../../../domain/verdict/standing-verdicts.js'
import { numberOf } from '../../sql/values.js'
import type { KnownReputation, LeaderScore, ProducerStanding } from '../changes.js'

export async function readKnown(client: SqlRunner, entries: readonly BatchEntry[]): Promise<KnownReputation> {
  const lives = await readLives(client, 'reputation_lives', entries, judgedIdsOf(entries))
  const producers = new Set([...lives.values()].map(({ producer }) => producer))
  for (const entry of entries) {
    if (entry.kind === 'event' && entry.recorded.event.type === 'AnomalyPublished') producers.add(entry.recorded.event.data.producerId ?? '')
  }
  producers.delete('')
  return { lives, verdicts: await readVerdicts(client, judgedIdsOf(entries)), producers: await readProducers(client, [...producers]), leaders: await readLeaders(client), nextNumber: await readNextNumber(client) }
}

type ProducerRow = {
  id: string; score: number; committed: string; refused: Partial<Record<RejectCode, number>>; confirmed: string; false_positives: string; last_violation: Date | null; updated_height: string; updated_at: Date
}

async function readProducers(client: SqlRunner, ids: readonly string[]): Promise<Map<string, ProducerStanding>> {
  if (ids.length === 0) return new Map()
  const { rows } = await client.query<ProducerRow>(
    `SELECT encode(producer_id, 'hex') AS id, score, committed, refused, confirmed, false_positives, last_violation, updated_height, updated_at FROM state_reputation WHERE producer_id = ANY($1::bytea[])`,
    [ids.map((id) => Buffer.from(id, 'hex'))])
  return new Map(rows.map((row) => [row.id, {
    score: row.score, committed: Number(row.committed), refused: row.refused, confirmed: Number(row.confirmed), falsePositives: Number(row.false_positives), lastViolationAt: row.last_violation?.getTime(),
    height: Number(row.updated_height), at: row.updated_at.getTime(),
  }]))
}

async function readVerdicts(client: SqlRunner, anomalyIds: readonly string[]): Promise<Map<string, readonly StandingVerdict[]>> {
  if (anomalyIds.length === 0) return new Map()
  const { rows } = await client.query<{ anomaly_id: string; verdicts: StandingVerdict[] }>('SELECT anomaly_id, verdicts FROM reputation_labels WHERE anomaly_id = ANY($1::uuid[])', [anomalyIds])
  return new Map(rows.map(({ anomaly_id, verdicts }) => [anomaly_id, verdicts]))
}

async function readLeaders(client: SqlRunner): Promise<Map<string, LeaderScore>> {
  const { rows } = await client.query<{ id: string; score: number; signed_height: string | null; updated_height: string }>(
    "SELECT encode(validator_id, 'hex') AS id, score, signed_height, updated_height FROM leader_scores")
  return new Map(rows.map((row) => [row.id, { score: row.score, signedHeight: numberOf(row.signed_height) ?? undefined, height: Number(row.updated_height) }]))
}

async function readNextNumber(client: SqlRunner): Promise<number> {
  const { rows } = await client.query<{ next: string }>('SELECT COALESCE(max(change_number) + 1, 0) AS next FROM reputation_changes')
  return Number(rows[0]?.next)
}
