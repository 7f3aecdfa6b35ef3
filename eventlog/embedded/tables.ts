/**
 * The LMDB tables of the embedded log and the marker that says which format and which chain they belong to.
 * `entries` is the log, the same in every format; the others are indexes into it, written in the same transaction. Most
 * of what an append cost was pages of indexes. So ids (recent-ids.ts) and tails of streams (young-tails.ts) wait as they came,
 * and go over to hash tables of them (buckets/) many at once. What an older format wrote stays where it is and is still
 * found; opening such a log marks it, so that a program that knows the older format only does not miss what is new.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Database, RootDatabase } from 'lmdb'
import { countOf } from '../../platform/lmdb/inspect.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import { storageErrorFrom } from '../../platform/lmdb/storage-error.js'
import { EventLogError } from '../errors.js'
import type { BucketTable } from './buckets/bucket-table.js'
import type { EntryTable } from './entry-table.js'
import { createRecentIds, type RecentIds } from './recent-ids.js'
import { createYoungTails, type YoungTails } from './young-tails.js'

export const LOG_FORMAT = 5
const READABLE_FORMATS: readonly number[] = [1, 2, 3, 4, LOG_FORMAT]
/** With those of every older format. */
const MOST_TABLES = 16

export type LogTables = {
  readonly root: RootDatabase<unknown, string>
  readonly entries: EntryTable
  /** Where events with an id are (buckets/id-buckets.ts). */
  readonly ids: BucketTable
  /** Ids that are not there yet. */
  readonly recent: RecentIds
  /** So many of them, and they go there. */
  readonly mostRecentIds: number
  /** The last revisions of each stream (buckets/tail-buckets.ts). */
  readonly tails: BucketTable
  /** Those that changed since the last sweep; they stand for what is in `tails`. */
  readonly young: YoungTails
  /** So many of them, and they go there. */
  readonly mostYoungTails: number
  /** [stream, revision / revisions a page] -> the page */
  readonly pages: Database<Buffer, [string, number]>
  /** Undefined where no event is in them. */
  readonly former: FormerIndexes | undefined
  /** Undefined where no event is in them. */
  readonly old: OldIndexes | undefined
}

/** The indexes of formats 2 to 4: read, never written. What is in the tables above stands for what is here. */
export type FormerIndexes = {
  /** 16 bytes of an event id -> position in 6 bytes */
  readonly ids: Database<Buffer, Uint8Array>
  /** stream -> its last revisions, which stand for those in `tails` */
  readonly young: Database<Buffer, string>
  readonly tails: Database<Buffer, string>
}

/** The indexes of format 1: read, never written. */
export type OldIndexes = {
  /** [stream, revision] -> position */
  readonly streams: Database<number, [string, number]>
  /** stream -> revision of its last event */
  readonly heads: Database<number, string>
  /** event id -> position */
  readonly ids: Database<number, string>
}

export type OpenTables = {
  readonly path: string
  /** Refuses a log of another chain; written into a log that has none yet. */
  readonly chainId?: string
  /** False: a folder without a log is an error instead of a new log. */
  readonly create?: boolean
  /** Ids that wait until they are sorted into the index; a sweep of as many as this takes a quarter of a second. */
  readonly mostRecentIds?: number
  /** Tails of streams that are kept apart from the others. */
  readonly mostYoungTails?: number
}

/** After a transaction that was not committed. */
export function forgetUnkept({ recent, young }: Pick<LogTables, 'recent' | 'young'>): void {
  recent.forget()
  young.forget()
}

type Marker = { readonly format: number; readonly chainId: string | null }

const MARKER_KEY = 'marker'

/** Throws EventLogError (another format, another chain, not found) or StorageError. */
export async function openTables({ path, chainId, create = true, mostRecentIds = 131_072, mostYoungTails = 65_536 }: OpenTables): Promise<LogTables> {
  if (!create && !existsSync(join(path, 'data.mdb'))) {
    throw new EventLogError('NOT_FOUND', 'path', `there is no event log in ${path}; start "cybermesh up" there first, or name another folder with --data`)
  }
  const root = openLmdb(path, { maxDbs: MOST_TABLES })
  try {
    checkMarker(root, path, chainId)
    return {
      root,
      entries: root.openDB<Buffer, number>('entries', { encoding: 'binary' }),
      ids: root.openDB<Buffer, number>('id-buckets', { encoding: 'binary' }),
      recent: createRecentIds(root.openDB<Buffer, number>('recent-ids', { encoding: 'binary' })),
      mostRecentIds,
      tails: root.openDB<Buffer, number>('tail-buckets', { encoding: 'binary' }),
      young: createYoungTails(root.openDB<Buffer, number>('recent-tails', { encoding: 'binary' })),
      mostYoungTails,
      pages: root.openDB<Buffer, [string, number]>('pages', { encoding: 'binary' }),
      former: openFormer(root),
      old: openOld(root),
    }
  } catch (error) {
    await root.close()
    throw error instanceof EventLogError ? error : storageErrorFrom(error, path)
  }
}

function openFormer(root: RootDatabase<unknown, string>): FormerIndexes | undefined {
  const [young, tails] = ['young-tails', 'tails'].map((name) => root.openDB<Buffer, string>(name, { encoding: 'binary' })) as [FormerIndexes['young'], FormerIndexes['tails']]
  if (countOf(young) === 0 && countOf(tails) === 0) return undefined
  return { young, tails, ids: root.openDB<Buffer, Uint8Array>('ids2', { encoding: 'binary', keyEncoding: 'binary' }) }
}

function openOld(root: RootDatabase<unknown, string>): OldIndexes | undefined {
  const heads = root.openDB<number, string>('heads', { encoding: 'json' })
  if (countOf(heads) === 0) return undefined
  return { heads, streams: root.openDB<number, [string, number]>('streams', { encoding: 'json' }), ids: root.openDB<number, string>('ids', { encoding: 'json' }) }
}

function checkMarker(root: RootDatabase<unknown, string>, path: string, chainId: string | undefined): void {
  const markers = root.openDB<Marker, string>('meta', { encoding: 'json' })
  // At once: an asynchronous transaction would hold the write lock while another handle of this process waits for it.
  const marker = root.transactionSync(() => {
    const known = markers.get(MARKER_KEY)
    if (known !== undefined && !READABLE_FORMATS.includes(known.format)) return known
    if (known?.format === LOG_FORMAT && (known.chainId !== null || chainId === undefined)) return known
    const written: Marker = { format: LOG_FORMAT, chainId: known?.chainId ?? chainId ?? null }
    markers.putSync(MARKER_KEY, written)
    return written
  })
  if (marker.format !== LOG_FORMAT) {
    throw new EventLogError('OTHER_FORMAT', 'format', `the event log in ${path} has format ${marker.format}, this program reads ${READABLE_FORMATS.join(', ')}; use the version that wrote it`)
  }
  if (chainId !== undefined && marker.chainId !== chainId) {
    throw new EventLogError('OTHER_CHAIN', 'chainId', `the event log in ${path} belongs to chain ${marker.chainId ?? 'none'}, not to ${chainId}; name the folder that fits the genesis file`)
  }
}
