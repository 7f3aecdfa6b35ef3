/** What the resolvers of one request share: loaders that turn many lookups of one level into one query. */
import DataLoader from 'dataloader'
import {
  findAnomalies, findBlocks, findPolicies, findReports, findReportsById, findSourceAddresses, listProducers, listTransactions, listValidators,
  type AnomalyView, type BlockView, type PolicyView, type ProducerView, type Projection, type ReportView, type TransactionView, type ValidatorView,
} from '../projections/index.js'
import { once } from '../platform/once.js'
import type { SqlRunner } from '../projections/sql/statement.js'
import type { Caller } from './access/roles.js'
import { proveEvents, type AuditProof } from './proofs.js'
import { projectionsOf, type ApiSources, type ReadSources } from './sources.js'

export type ApiContext = {
  readonly caller: Caller
  readonly sources: ReadSources
  readonly projections: readonly Projection[]
  /** Where each read model stands that this request asks. */
  readonly positions: ReadonlyMap<string, number>
  readonly anomalies: DataLoader<string, AnomalyView | undefined>
  readonly blocks: DataLoader<number, BlockView | undefined>
  readonly transactions: DataLoader<number, readonly TransactionView[]>
  /** Accepted reports that name an anomaly. */
  readonly reports: DataLoader<string, readonly ReportView[]>
  readonly reportsById: DataLoader<string, ReportView | undefined>
  readonly policies: DataLoader<string, PolicyView | undefined>
  /** Whom the detector of an anomaly accuses. */
  readonly sourceAddresses: DataLoader<string, string | undefined>
  /** By position in the log; undefined where no checkpoint covers it. */
  readonly proofs: DataLoader<number, AuditProof | undefined>
  readonly validators: () => Promise<ReadonlyMap<string, ValidatorView>>
  readonly producers: () => Promise<ReadonlyMap<string, ProducerView>>
}

/** @param snapshot what SQL is asked through, where all of it is to see one moment, and where that is */
export function createContext(given: ApiSources, caller: Caller, snapshot?: SqlRunner, positions: ReadonlyMap<string, number> = new Map()): ApiContext {
  const sql = snapshot ?? given.sql
  const sources: ReadSources = { ...given, sql }
  return {
    caller,
    sources,
    // Few requests ask for them, and each is made of eight.
    get projections() {
      return projectionsOf(given, sql)
    },
    positions,
    anomalies: loaderOf((ids) => findAnomalies(sql, ids)),
    blocks: loaderOf((heights) => findBlocks(sql, heights)),
    transactions: listLoaderOf((heights) => listTransactions(sql, heights)),
    reports: listLoaderOf((ids) => findReports(sql, ids)),
    reportsById: loaderOf((ids) => findReportsById(sql, ids)),
    policies: loaderOf((ids) => findPolicies(sql, ids)),
    sourceAddresses: loaderOf((ids) => findSourceAddresses(sql, ids)),
    proofs: loaderOf((positions) => proveEvents(given.auditFolder, positions)),
    validators: once(() => listValidators(sql).then(byId)),
    producers: once(() => listProducers(sql).then(byId)),
  }
}

const loaderOf = <K, V>(find: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>): DataLoader<K, V | undefined> =>
  new DataLoader(async (keys) => {
    const found = await find(keys)
    return keys.map((key) => found.get(key))
  })

const listLoaderOf = <K, V>(find: (keys: readonly K[]) => Promise<ReadonlyMap<K, readonly V[]>>): DataLoader<K, readonly V[]> =>
  new DataLoader(async (keys) => {
    const found = await find(keys)
    return keys.map((key) => found.get(key) ?? [])
  })

const byId = <V extends { readonly id: string }>(list: readonly V[]): ReadonlyMap<string, V> => new Map(list.map((one) => [one.id, one]))
