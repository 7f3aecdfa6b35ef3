/** All checks of a data folder, stopped or running. Nothing is changed; what cannot be checked says so. */
import { existsSync } from 'node:fs'
import { validatorSetOf } from '../../domain/genesis.js'
import { genesisRoot } from '../../consensus/node/recover.js'
import { openBlockStore, type BlockStore } from '../../consensus/storage/block-store.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { createVerifiedCache } from '../../platform/crypto/verified-cache.js'
import { createProjections, createSqlPool, type TimelineStore } from '../../projections/index.js'
import type { Layout } from '../data-folder/layout.js'
import { openExisting, type DataFolder } from '../data-folder/open.js'
import { readUrlFile } from '../roles/engines.js'
import { hasTimelines, openTimelinesOf } from '../shared/folder-timelines.js'
import type { Progress } from '../shared/progress.js'
import { readFolderState, type FolderState } from '../shared/running.js'
import { hasStore } from '../../platform/lmdb/foreign-store.js'
import { hasLog } from '../shared/folder-log.js'
import { blockStoreFolder, openLogOf, withDatabase } from '../shared/stopped-folder.js'
import { sentenceOf } from '../shared/user-error.js'
import { checkAuditLog } from './check-audit-log.js'
import { checkChains, USUAL_DISTANCE, type Chain } from './check-chains.js'
import { checkDisk } from './check-disk.js'
import { checkGenesis } from './check-genesis.js'
import { checkKeys } from './check-keys.js'
import { checkLedger, type LedgerReport } from './check-ledger.js'
import { checkLifecycles } from './check-lifecycles.js'
import { checkLogChain } from './check-log-chain.js'
import { checkLogOrder } from './check-log-order.js'
import { checkNode } from './check-node.js'
import { checkPlacements } from './check-placements.js'
import { checkRoles } from './check-roles.js'
import { checkSafetyRecords } from './check-safety-records.js'
import { checkSql } from './check-sql.js'
import { checkTallies } from './check-tallies.js'
import { checkTimelines, readTimelineFacts } from './check-timelines.js'
import { openFullLedger, type FullLedger, type OpenLedger } from './full-ledger.js'
import { fail, ok, warn, type Finding } from './finding.js'
import { visitLog } from './log-visitor.js'
import { readSqlFacts, type SqlFacts } from './read-sql.js'
import { createVoteBook, judgeVotes, type VoteSummary } from './vote-book.js'

export type DoctorReport = {
  /** No check failed. */
  readonly ok: boolean
  readonly running: boolean
  readonly checks: readonly Finding[]
  /** Absent where the folder could not be opened. */
  readonly votes?: VoteSummary
  /** Absent where there is no event log. */
  readonly ledger?: LedgerReport & Partial<FullLedger>
}

type Add = (...findings: readonly Finding[]) => void

/** @param full holds the event log against every message of the topics as well */
export async function runDoctor(folder: string, progress: Progress, full = false): Promise<DoctorReport> {
  const checks: Finding[] = [checkNode()]
  const add: Add = (...findings) => void checks.push(...findings)
  const report = (rest: Partial<DoctorReport> = {}): DoctorReport => ({ ok: checks.every(({ level }) => level !== 'fail'), running: false, ...rest, checks })

  let data: DataFolder
  try {
    data = openExisting(folder)
  } catch (error) {
    add(fail('data folder', sentenceOf(error)))
    return report()
  }
  const state = await readFolderState(data.layout)
  add(ok('data folder', `format and chain ${data.genesis.chainId.slice(0, 16)} fit`), checkDisk(folder))
  add(...checkGenesis(data.genesis), ...checkKeys(data))
  const { hashes, votes } = await checkConsensus(data, state.kind !== 'stopped', add, progress)
  const ledger = await checkHistory(data, state, hashes, full, add, progress)
  if (state.kind === 'running') add(...await checkRoles(state.running))
  if (state.kind === 'busy') add(warn('roles', `process ${state.pid} is starting, stopping or reading ${folder}; run this again in a moment`))
  return report({ running: state.kind === 'running', votes, ...(ledger === undefined ? {} : { ledger }) })
}

/** Safety records, block stores and every vote in them. */
async function checkConsensus({ layout, genesis }: DataFolder, isRunning: boolean, add: Add, progress: Progress): Promise<{ hashes: readonly string[]; votes: VoteSummary }> {
  const set = validatorSetOf(genesis)
  const book = createVoteBook(set)
  add(...checkSafetyRecords(layout, genesis, book, isRunning))
  const open: BlockStore[] = []
  try {
    const chains: Chain[] = genesis.validators.flatMap(({ name }) => {
      const folder = blockStoreFolder(layout, name)
      try {
        if (!hasStore(folder)) return [{ name, store: EMPTY }]
        const store = openBlockStore(folder)
        open.push(store)
        for (const vote of store.receivedVotes()) book.see({ ...vote, where: `received by ${name}` })
        return [{ name, store }]
      } catch (error) {
        add(fail(`chain ${name}`, sentenceOf(error)))
        return []
      }
    })
    const verify = createVerifiedCache(createVerifier(), 20_000)
    const { findings, hashes } = checkChains(chains, { set, genesisHash: genesisRoot(genesis).block.hash, verify, book, progress, isRunning })
    add(...findings, judgeVotes(book.summary(), set))
    return { hashes, votes: book.summary() }
  } catch (error) {
    add(fail('chains', sentenceOf(error)))
    return { hashes: [], votes: book.summary() }
  } finally {
    for (const store of open) await store.close()
  }
}

const EMPTY: Chain['store'] = { head: () => undefined, committedAt: () => undefined }

/** The event log, and the read models against it. The read models are read first: the log is never behind them. */
async function checkHistory(data: DataFolder, state: FolderState, known: readonly string[], full: boolean, add: Add, progress: Progress): Promise<DoctorReport['ledger']> {
  const { layout, genesis } = data
  try {
    if (!hasLog(layout)) {
      add(warn('event log', 'nothing was recorded yet; it begins when `cybermesh up` runs'))
      return undefined
    }
    const sql = await sqlFactsOf(data, state, add, progress)
    const timelines = await timelineFactsOf(layout, add)
    const log = await openLogOf(data)
    let books: OpenLedger | undefined
    try {
      books = full ? await openFullLedger(data).catch((error: unknown) => void add(fail('messages', sentenceOf(error)))) ?? undefined : undefined
      const length = await log.length()
      add(...await checkAuditLog(layout, state, length))
      const genesisHash = genesisRoot(genesis).block.hash
      const chain = checkLogChain(genesisHash, known, state.kind === 'stopped' ? 0 : USUAL_DISTANCE)
      const blocksAt = sql?.checkpoints.get('blocks') ?? 0
      const ledger = checkLedger(genesis, [blocksAt, timelines?.position ?? 0])
      const tallies = sql?.tallies === undefined ? [] : [checkTallies(sql.tallies, sql.checkpoints)]
      add(...await visitLog(log, length, [checkLogOrder(), chain, checkLifecycles(), checkPlacements(), ledger, ...tallies, ...books?.visitors ?? []], progress))
      if (sql !== undefined) add(...checkSql(sql, { length, genesisHash, hashes: chain.hashes(), books: ledger.markAt(blocksAt) }))
      if (timelines !== undefined) add(checkTimelines(timelines, length, ledger.markAt(timelines.position)?.ever))
      if (books === undefined) return ledger.report()
      const { findings, report } = await books.close(progress)
      add(...findings)
      return { ...ledger.report(), ...report }
    } finally {
      await log.close()
      await books?.release()
    }
  } catch (error) {
    add(fail('event log', sentenceOf(error)))
    return undefined
  }
}

async function sqlFactsOf(data: DataFolder, state: FolderState, add: Add, progress: Progress): Promise<SqlFacts | undefined> {
  const { layout } = data
  const read = async (url: string): Promise<SqlFacts | undefined> => {
    const pool = createSqlPool({ url, max: 1 })
    try {
      // Only their names and versions are asked; the timelines are never touched.
      const versions = new Map(createProjections({ sql: pool, timelines: undefined as never }).map(({ name, version }) => [name, version]))
      const facts = await readSqlFacts(pool, versions)
      if (facts === undefined) add(warn('sql', 'the read models were never made; they begin when `cybermesh up` runs'))
      return facts
    } finally {
      await pool.end()
    }
  }
  try {
    if (state.kind === 'running') return await read(readUrlFile(state.running.sqlUrlFile))
    if (state.kind === 'busy') return undefined
    if (existsSync(layout.postgres)) return await withDatabase(data, progress, read)
    add(warn('sql', 'there is no database yet; it is made when `cybermesh up` runs'))
  } catch (error) {
    add(fail('sql', sentenceOf(error)))
  }
  return undefined
}

async function timelineFactsOf(layout: Layout, add: Add): ReturnType<typeof readTimelineFacts> {
  let store: TimelineStore | undefined
  try {
    if (!hasTimelines(layout)) return undefined
    store = await openTimelinesOf(layout)
    return await readTimelineFacts(store)
  } catch (error) {
    add(fail('timelines', sentenceOf(error)))
    return undefined
  } finally {
    await store?.close()
  }
}
