/** What the resolvers of one request share: loaders that turn many lookups of one level into one query. */
import DataLoader from 'dataloader'
import { findAnomalies, findBlocks, listTransactions, listValidators, type AnomalyView, type BlockView, type Projection, type TransactionView, type ValidatorView } from '../projections/index.js'
import { projectionsOf, type ApiSources } from './sources.js'

export type ApiContext = {
  readonly sources: ApiSources
  readonly projections: readonly Projection[]
  readonly anomalies: DataLoader<string, AnomalyView | undefined>
  readonly blocks: DataLoader<number, BlockView | undefined>
  readonly transactions: DataLoader<number, readonly TransactionView[]>
  readonly validators: () => Promise<ReadonlyMap<string, ValidatorView>>
}

export function createContext(sources: ApiSources): ApiContext {
  const { sql } = sources
  let validators: Promise<ReadonlyMap<string, ValidatorView>> | undefined
  return {
    sources,
    projections: projectionsOf(sources),
    anomalies: new DataLoader(async (ids) => valuesOf(ids, await findAnomalies(sql, ids))),
    blocks: new DataLoader(async (heights) => valuesOf(heights, await findBlocks(sql, heights))),
    transactions: new DataLoader(async (heights) => {
      const byHeight = await listTransactions(sql, heights)
      return heights.map((height) => byHeight.get(height) ?? [])
    }),
    validators: () => (validators ??= listValidators(sql).then((list) => new Map(list.map((validator) => [validator.id, validator])))),
  }
}

const valuesOf = <K, V>(keys: readonly K[], found: ReadonlyMap<K, V>): (V | undefined)[] => keys.map((key) => found.get(key))
