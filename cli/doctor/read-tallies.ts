/** Short sums of the read models that count, in the words that the log is summed up in too (tally-log.ts). */
import type { SqlRunner } from '../../projections/sql/statement.js'

/** What is counted, such as `REJECTED SKEW`, and how often. */
export type Tally = ReadonlyMap<string, number>

export const COUNTING_MODELS = ['calibration', 'reputation', 'counters'] as const
export type CountingModel = (typeof COUNTING_MODELS)[number]
export type Tallies = Readonly<Record<CountingModel, Tally>>

const QUERIES: Readonly<Record<CountingModel, string>> = {
  calibration: "SELECT concat_ws(' ', COALESCE(outcome, 'in flight'), reason) AS what, count(*) AS n FROM calibration_rows GROUP BY 1",
  counters: `SELECT concat_ws(' ', state, NULLIF(reason, ''), way) AS what, sum(n) AS n FROM (
      SELECT state, reason, 'entered' AS way, entered_count AS n FROM lifecycle_hours UNION ALL SELECT state, reason, 'left', left_count FROM lifecycle_hours) AS moves
    GROUP BY 1 HAVING sum(n) > 0`,
  reputation: `SELECT 'score of producer ' || encode(producer_id, 'hex') AS what, score AS n FROM state_reputation
    UNION ALL SELECT 'messages of producer ' || encode(producer_id, 'hex'), total_events FROM state_reputation
    UNION ALL SELECT 'score of validator ' || encode(validator_id, 'hex'), score FROM leader_scores
    UNION ALL SELECT 'changes', count(*) FROM reputation_changes`,
}

/** Undefined where these read models were never made. */
export async function readTallies(client: SqlRunner): Promise<Tallies | undefined> {
  const { rows: [tables] } = await client.query<{ are_there: boolean }>(
    "SELECT to_regclass('calibration_rows') IS NOT NULL AND to_regclass('lifecycle_hours') IS NOT NULL AND to_regclass('reputation_changes') IS NOT NULL AS are_there")
  if (tables?.are_there !== true) return undefined
  const tallyOf = async (model: CountingModel): Promise<Tally> => {
    const { rows } = await client.query<{ what: string; n: string }>(QUERIES[model])
    return new Map(rows.map(({ what, n }) => [what, Number(n)]))
  }
  return { calibration: await tallyOf('calibration'), reputation: await tallyOf('reputation'), counters: await tallyOf('counters') }
}
