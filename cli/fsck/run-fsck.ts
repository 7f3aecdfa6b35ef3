/**
 * Everything of a stopped data folder again from the log and the genesis: checkpoint, order, tiles, certificates,
 * chain, execution, the validators' blocks and states, SQL rows, timelines. Stops at the first difference and changes nothing.
 */
import { existsSync } from 'node:fs'
import { validatorSetOf } from '../../domain/genesis.js'
import { asPosition } from '../../domain/ids.js'
import type { EventLog } from '../../eventlog/log.js'
import type { EntryLog } from '../../eventlog/entries.js'
import { isBlock } from '../../eventlog/proof/block-transactions.js'
import { genesisRoot } from '../../consensus/node/recover.js'
import { openBlockStore, type BlockStore } from '../../consensus/storage/block-store.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { createVerifiedCache } from '../../platform/crypto/verified-cache.js'
import { hasStore } from '../../platform/lmdb/foreign-store.js'
import { createSqlPool } from '../../projections/index.js'
import { decodeEntry } from '../../projections/runtime/batch.js'
import { auditFolder } from '../audit/audit-folder.js'
import type { DataFolder } from '../data-folder/open.js'
import { checkChains, type Chain } from '../doctor/check-chains.js'
import { checkLifecycles } from '../doctor/check-lifecycles.js'
import { checkLogOrder } from '../doctor/check-log-order.js'
import { checkPlacements } from '../doctor/check-placements.js'
import { count, type Finding } from '../doctor/finding.js'
import { createVoteBook } from '../doctor/vote-book.js'
import { hasLog } from '../shared/folder-log.js'
import { openTimelinesOf } from '../shared/folder-timelines.js'
import type { Progress } from '../shared/progress.js'
import { readFolderState } from '../shared/running.js'
import { blockStoreFolder, openLogOf, withDatabase } from '../shared/stopped-folder.js'
import { UserError } from '../shared/user-error.js'
import { checkCheckpoint } from './check-checkpoint.js'
import { checkHistory, type History } from './check-history.js'
import { checkReadModels } from './check-read-models.js'
import { checkState } from './check-states.js'
import { checkTiles } from './check-tiles.js'
import { differ, FoundDifference, same, type Difference } from './difference.js'

export type FsckReport = {
  readonly ok: boolean
  /** What was looked at, in order; what is not here was not reached or is not there. */
  readonly checked: readonly { readonly what: string; readonly sentence: string }[]
  /** The first one. */
  readonly difference: Difference | null
}

type Say = (what: string, sentence: string) => void

/** Throws UserError where the system runs, and where there is nothing to check. */
export async function runFsck(data: DataFolder, progress: Progress): Promise<FsckReport> {
  const state = await readFolderState(data.layout)
  if (state.kind !== 'stopped') throw new UserError('RUNNING', `${data.layout.folder} is in use; stop the system first, or ask a running one with \`cybermesh doctor\``)
  if (!hasLog(data.layout)) throw new UserError('NO_LOG', `nothing was recorded in ${data.layout.folder} yet; it begins when \`cybermesh up\` runs`)
  const checked: { what: string; sentence: string }[] = []
  const say: Say = (what, sentence) => void checked.push({ what, sentence })
  try {
    await checkAll(data, say, progress)
    return { ok: true, checked, difference: null }
  } catch (error) {
    if (error instanceof FoundDifference) return { ok: false, checked, difference: error.difference }
    throw error
  }
}

async function checkAll(data: DataFolder, say: Say, progress: Progress): Promise<void> {
  const folder = auditFolder(data)
  const checkpoint = await checkCheckpoint(folder, data.genesis)
  say('checkpoint', checkpoint === undefined ? 'none was published yet' : `${count(Number(checkpoint.size), 'entry').replace('entrys', 'entries')}, cosigned by ${checkpoint.cosigners.map(({ validator }) => validator).join(', ')}`)
  const log = await openLogOf(data)
  try {
    const length = await log.length()
    const history = checkHistory(log, data.genesis)
    await checkLog(log, length, history, checkTiles(folder, checkpoint), data, say, progress)
    await checkValidators(data, history, say, progress)
    await checkModels(data, log, length, say, progress)
  } finally {
    await log.close()
  }
}

/** As many entries as a bundle has. */
const PAGE = 256

/** One pass. Tiles look first: they know best which entry was changed. */
async function checkLog(log: EventLog & EntryLog, length: number, history: History, tiles: ReturnType<typeof checkTiles>, data: DataFolder, say: Say, progress: Progress): Promise<void> {
  const visitors = [checkLogOrder(), checkLifecycles(), checkPlacements()]
  for (let from = 0; from < length; from += PAGE) {
    const page = await readPage(log, from, Math.min(PAGE, length - from))
    tiles.visit(page)
    for (const entry of page.map(decodeEntry)) {
      for (const visitor of visitors) visitor.visit(entry)
      if (entry.kind === 'unreadable') differ(`event log, position ${entry.position}`, 'an event', entry.error)
      if (isBlock(entry.recorded)) await history.visit(entry.recorded)
    }
    progress.show(`reading the event log: ${from + page.length} of ${length}`)
  }
  const files = tiles.finish()
  say('tiles', `${count(files, 'file')}, each byte as the log gives it`)
  for (const finding of visitors.flatMap((visitor) => visitor.finish())) refuseFailed(finding, say)
  say('execution', `blocks 1 to ${history.height()}: certificates verified, executed again from genesis, the state root of each as its header says`)
}

/** A batch may be smaller than asked for where payloads are large. */
async function readPage(log: EntryLog, from: number, limit: number) {
  const page = [...await log.readEntries({ from: asPosition(from), limit })]
  while (page.length > 0 && page.length < limit) {
    const more = await log.readEntries({ from: asPosition(from + page.length), limit: limit - page.length })
    if (more.length === 0) break
    page.push(...more)
  }
  page.forEach(({ position }, i) => { if (position !== from + i) differ('event log', `an entry at position ${from + i}`, `the next is at ${position}`) })
  if (page.length < limit) differ('event log', `an entry at position ${from + page.length}`, 'none')
  return page
}

function refuseFailed({ check, level, sentence }: Finding, say: Say): void {
  if (level === 'fail') differ(check, 'no such fault', sentence)
  say(check, sentence)
}

async function checkValidators({ layout, genesis }: DataFolder, history: History, say: Say, progress: Progress): Promise<void> {
  const open: { readonly name: string; readonly store: BlockStore }[] = []
  try {
    for (const { name } of genesis.validators) {
      const folder = blockStoreFolder(layout, name)
      if (hasStore(folder)) open.push({ name, store: openBlockStore(folder) })
    }
    const set = validatorSetOf(genesis)
    const verify = createVerifiedCache(createVerifier(), 20_000)
    const chains: Chain[] = open
    const { findings, hashes } = checkChains(chains, { set, genesisHash: genesisRoot(genesis).block.hash, verify, book: createVoteBook(set), progress, isRunning: false })
    for (const finding of findings) refuseFailed(finding, say)
    hashes.forEach((hash, i) => {
      const logged = history.blockHashes[i + 1]
      if (hash !== '' && logged !== undefined) same(`validators, block ${i + 1}`, logged, hash)
    })
    if (open.length > 0 && hashes.length < history.height()) say('validators', `their blocks end at height ${hashes.length}, the log at ${history.height()}`)
    for (const { name, store } of open) say(`state ${name}`, `${count(checkState(name, store, history.stateRoots, progress), 'node')}, each with its hash`)
  } finally {
    for (const { store } of open) await store.close()
  }
}

async function checkModels(data: DataFolder, log: EventLog, length: number, say: Say, progress: Progress): Promise<void> {
  if (!existsSync(data.layout.postgres)) {
    say('read models', 'there is no database in this folder')
    return
  }
  const { compared, notCompared } = await withDatabase(data, progress, async (url) => {
    const sql = createSqlPool({ url })
    const timelines = await openTimelinesOf(data.layout)
    try {
      return await checkReadModels(log, sql, timelines, length, progress)
    } finally {
      await timelines.close()
      await sql.end()
    }
  })
  say('read models', `built again and equal, row by row: ${compared.join(', ')}${notCompared.length === 0 ? '' : `; not compared: ${notCompared.join(', ')}`}`)
}
