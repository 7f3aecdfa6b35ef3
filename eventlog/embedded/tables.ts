/**
 * The LMDB tables of the embedded log and the marker that says which format and which chain they belong to.
 * `entries` is the log; the others are indexes into it, written in the same transaction.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Database, RootDatabase } from 'lmdb'
import { openLmdb } from '../../platform/lmdb/open.js'
import { storageErrorFrom } from '../../platform/lmdb/storage-error.js'
import { EventLogError } from '../errors.js'

export const LOG_FORMAT = 1

export type LogTables = {
  readonly root: RootDatabase<unknown, string>
  /** position -> stored bytes */
  readonly entries: Database<Buffer, number>
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
}

type Marker = { readonly format: number; readonly chainId: string | null }

const MARKER_KEY = 'marker'

/** Throws EventLogError (another format, another chain, not found) or StorageError. */
export async function openTables({ path, chainId, create = true }: OpenTables): Promise<LogTables> {
  if (!create && !existsSync(join(path, 'data.mdb'))) {
    throw new EventLogError('NOT_FOUND', 'path', `there is no event log in ${path}; start "cybermesh up" there first, or name another folder with --data`)
  }
  const root = openLmdb(path)
  try {
    checkMarker(root, path, chainId)
    return {
      root,
      entries: root.openDB<Buffer, number>('entries', { encoding: 'binary' }),
      streams: root.openDB<number, [string, number]>('streams', { encoding: 'json' }),
      heads: root.openDB<number, string>('heads', { encoding: 'json' }),
      ids: root.openDB<number, string>('ids', { encoding: 'json' }),
    }
  } catch (error) {
    await root.close()
    throw error instanceof EventLogError ? error : storageErrorFrom(error, path)
  }
}

function checkMarker(root: RootDatabase<unknown, string>, path: string, chainId: string | undefined): void {
  const markers = root.openDB<Marker, string>('meta', { encoding: 'json' })
  // At once: an asynchronous transaction would hold the write lock while another handle of this process waits for it.
  const marker = root.transactionSync(() => {
    const known = markers.get(MARKER_KEY)
    if (known !== undefined && (known.chainId !== null || chainId === undefined)) return known
    const written: Marker = { format: known?.format ?? LOG_FORMAT, chainId: chainId ?? null }
    markers.putSync(MARKER_KEY, written)
    return written
  })
  if (marker.format !== LOG_FORMAT) {
    throw new EventLogError('OTHER_FORMAT', 'format', `the event log in ${path} has format ${marker.format}, this program reads ${LOG_FORMAT}; use the version that wrote it`)
  }
  if (chainId !== undefined && marker.chainId !== chainId) {
    throw new EventLogError('OTHER_CHAIN', 'chainId', `the event log in ${path} belongs to chain ${marker.chainId ?? 'none'}, not to ${chainId}; name the folder that fits the genesis file`)
  }
}
