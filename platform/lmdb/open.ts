/**
 * Opens an LMDB environment with the one set of options we trust: a commit is fsynced before its promise resolves,
 * several processes may open the same folder, and system errors become sentences that say what to do.
 */
import { mkdirSync } from 'node:fs'
import { open, type RootDatabase } from 'lmdb'
import { refuseForeignStore } from './foreign-store.js'
import { storageErrorFrom } from './storage-error.js'

export type OpenLmdbOptions = {
  /** Number of named databases the environment may hold. */
  readonly maxDbs?: number
  /** False: writes reach the disk when the system likes. Survives a killed process, not a killed machine. */
  readonly sync?: boolean
}

/** Opens or creates the environment in folder `path`. Throws StorageError. */
export function openLmdb(path: string, options: OpenLmdbOptions = {}): RootDatabase<unknown, string> {
  try {
    mkdirSync(path, { recursive: true })
    refuseForeignStore(path)
    const root = open<unknown, string>({
      path,
      maxDbs: options.maxDbs ?? 12,
      // With overlapping sync a commit resolves before it is on disk, and power loss takes acknowledged writes.
      overlappingSync: false,
      noSync: options.sync === false,
      encoding: 'json',
      maxReaders: 512,
      // Else a folder whose name has a dot in it would be taken for a file.
      noSubdir: false,
    })
    // Slots of readers that were killed keep old pages alive and the file growing.
    root.readerCheck()
    return root
  } catch (error) {
    throw storageErrorFrom(error, path)
  }
}
