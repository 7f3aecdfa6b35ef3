/** What the resolvers of one request share: loaders that turn many lookups of one level into one query. */
import DataLoader from 'dataloader'
import { findAnomalies, findBlocks, findReports, listTransactions, listValidators, type AnomalyView, type BlockView, type Projection, type ReportView, type TransactionView, type ValidatorView } from '../projections/index.js'
import type { SqlRunner } from '../projections/sql/statement.js'
import { projectionsOf, type ApiSources, type ReadSources } from './sources.js'

export type ApiContext = {
  readonly sources: ReadSources
  readonly projections: readonly Projection[]
  readonly anomalies: DataLoader<string, AnomalyView | undefined>
  readonly blocks: DataLoader<number, BlockView | undefined>
  readonly transactions: DataLoader<number, readonly TransactionView[]>
  /** Accepted reports that name an anomaly. */
  readonly reports: DataLoader<string, readonly ReportView[]>
  readonly validators: () => Promise<ReadonlyMap<string, ValidatorView>>
}

/** @param snapshot what SQL is asked through, where all of it is to see one moment */
export function createContext(given: ApiSources, snapshot?: SqlRunner): ApiContext {
  const sql = snapshot ?? given.sql
  const sources: ReadSources = { ...given, sql }
  let validators: Promise<ReadonlyMap<string, ValidatorView>> | undefined
  return {
    sources,
    projections: projectionsOf(given, sql),
    anomalies: new DataLoader(async (ids) => valuesOf(ids, await findAnomalies(sql, ids))),
    blocks: new DataLoader(async (heights) => valuesOf(heights, await findBlocks(sql, heights))),
    transactions: new DataLoader(async (heights) => {
      const byHeight = await listTransactions(sql, heights)
      return heights.map((height) => byHeight.get(height) ?? [])
    }),
    reports: new DataLoader(async (ids) => {
      const byAnomaly = await findReports(sql, ids)
      return ids.map((id) => byAnomaly.get(id) ?? [])
    }),
    validators: () => (validators ??= listValidators(sql).then((list) => new Map(list.map((validator) => [validator.id, validator])))),
  }
}

const valuesOf = <K, V>(keys: readonly K[], found: ReadonlyMap<K, V>): (V | undefined)[] => keys.map((key) => found.get(key))
