/** What `up` says at the end, as the documented JSON and as a table. */
import Table from 'cli-table3'
import pg from 'pg'
import type { LifecycleCounts } from '../../domain/anomaly/counts.js'
import type { Genesis } from '../../domain/genesis.js'
import { producerNames } from '../doctor/check-ledger.js'
import type { Snapshot } from './snapshot.js'

const COUNT_BY_PRODUCER = `SELECT encode(producer_id, 'hex') AS producer, count(*) AS published, count(admitted_at) AS admitted,
  count(*) FILTER (WHERE state = 'COMMITTED') AS committed, count(*) FILTER (WHERE state = 'REJECTED') AS rejected,
  count(*) FILTER (WHERE state = 'TIMEOUT') AS timeout, count(*) FILTER (WHERE state = 'EXPIRED') AS expired,
  count(*) FILTER (WHERE state IN ('PUBLISHED', 'ADMITTED')) AS "inFlight"
  FROM anomalies WHERE authentic AND producer_id IS NOT NULL GROUP BY producer_id`

export type Summary = LifecycleCounts & {
  readonly height: number
  readonly blocks: number
  readonly emptyBlocks: number
  readonly viewChanges: number
  /** Published to committed in this run; null when nothing was committed. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null
  readonly txPerSecond: number
  /** One a validator; null for one that did not answer. */
  readonly stateRoots: readonly (string | null)[]
  readonly logPosition: number
  readonly projections: Snapshot['projections']
  /** By producer, as the read models have it; messages without a producer's valid signature are in none. */
  readonly producers: Readonly<Record<string, LifecycleCounts>>
  readonly api: string
}

/** @param before counts when detection started, so that rates speak of this run */
export async function summarise(end: Snapshot, before: Snapshot, seconds: number, api: string, sqlUrl: string, genesis: Genesis): Promise<Summary> {
  const { blocks, emptyBlocks, producers } = await readSql(sqlUrl, genesis)
  return {
    ...end.counts, height: end.height, blocks, emptyBlocks,
    viewChanges: Math.max(0, ...end.validators.map(({ viewChanges }) => viewChanges)),
    latencyMs: end.latencyMs ?? null,
    txPerSecond: Math.round(((end.counts.committed - before.counts.committed) / Math.max(seconds, 0.001)) * 100) / 100,
    stateRoots: end.validators.map(({ up, stateRoot }) => (up ? stateRoot : null)),
    logPosition: end.logPosition, projections: end.projections, producers, api,
  }
}

async function readSql(sqlUrl: string, genesis: Genesis): Promise<{ blocks: number; emptyBlocks: number; producers: Summary['producers'] }> {
  const client = new pg.Client({ connectionString: sqlUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ blocks: string; empty: string }>('SELECT count(*) AS blocks, count(*) FILTER (WHERE tx_count = 0) AS empty FROM blocks')
    const counted = await client.query<{ producer: string } & Record<keyof LifecycleCounts, string>>(COUNT_BY_PRODUCER)
    const nameOf = producerNames(genesis)
    return {
      blocks: Number(rows[0]?.blocks), emptyBlocks: Number(rows[0]?.empty),
      producers: Object.fromEntries(counted.rows.map(({ producer, ...counts }) => [nameOf(producer), numbersOf(counts)])),
    }
  } finally {
    await client.end()
  }
}

const numbersOf = ({ published, admitted, committed, rejected, timeout, expired, inFlight }: Record<keyof LifecycleCounts, string>): LifecycleCounts => ({
  published: Number(published), admitted: Number(admitted), committed: Number(committed), rejected: Number(rejected),
  timeout: Number(timeout), expired: Number(expired), inFlight: Number(inFlight),
})

export function renderSummary(summary: Summary): string {
  const settled = summary.committed + summary.rejected + summary.timeout + summary.expired
  const table = new Table({ style: { head: [], border: [] } })
  table.push(
    ['published', `${summary.published} = ${summary.committed} committed + ${summary.rejected} rejected + ${summary.timeout} timed out + ${summary.expired} expired + ${summary.published - settled} in flight`],
    ...producerLines(summary),
    ['chain', `height ${summary.height}, ${summary.emptyBlocks} of ${summary.blocks} blocks empty, ${summary.viewChanges} view changes`],
    ['latency', summary.latencyMs === null ? 'nothing was committed' : `${summary.latencyMs.p50} ms p50, ${summary.latencyMs.p99} ms p99 from published to committed`],
    ['throughput', `${summary.txPerSecond} committed a second`],
    ['state roots', [...new Set(summary.stateRoots)].map((root) => `${root?.slice(0, 16) ?? 'no answer'} x${summary.stateRoots.filter((other) => other === root).length}`).join('   ')],
    ['event log', `${summary.logPosition} events; ${Object.entries(summary.projections).map(([name, { position }]) => `${name} at ${position}`).join(', ')}`],
  )
  return table.toString()
}

/** One producer is what the first line speaks of already. */
function producerLines({ producers }: Summary): readonly [string, string][] {
  const all = Object.entries(producers).sort(([a], [b]) => a.localeCompare(b))
  return all.length < 2 ? [] : [['producers', all.map(([name, { published, committed }]) => `${name}: ${published} published, ${committed} committed`).join('\n')]]
}
