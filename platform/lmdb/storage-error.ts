/** What can go wrong with files on disk, as typed errors that say what to do. */
import { statfsSync } from 'node:fs'

export type StorageErrorCode = 'DISK_FULL' | 'NO_ACCESS' | 'CORRUPT' | 'IO'

export class StorageError extends Error {
  constructor(readonly code: StorageErrorCode, readonly path: string, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'StorageError'
  }
}

/** Turns an error of LMDB or the file system into a StorageError; passes one through unchanged. */
export function storageErrorFrom(error: unknown, path: string): StorageError {
  if (error instanceof StorageError) return error
  const text = error instanceof Error ? `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}` : String(error)
  const cause = { cause: error }
  if (/ENOSPC|no space left|EDQUOT|quota exceeded|MDB_MAP_FULL/i.test(text)) return diskFull(path, cause)
  // A write cut short by a full disk reaches us as a bare input/output error.
  if (/input\/output error/i.test(text) && freeBytes(path) < ALMOST_NOTHING_BYTES) return diskFull(path, cause)
  if (/EACCES|EPERM|EROFS|permission denied|read-only file system/i.test(text)) {
    return new StorageError('NO_ACCESS', path, `${path} cannot be written; give this user access to it or choose another folder with --data`, cause)
  }
  if (/MDB_INVALID|MDB_CORRUPTED|MDB_VERSION_MISMATCH|MDB_PAGE_NOTFOUND|file is not an lmdb file/i.test(text)) {
    return new StorageError('CORRUPT', path, `${path} is not a readable store; restore it from a copy, or choose another folder with --data`, cause)
  }
  return new StorageError('IO', path, `${path}: ${text.trim()}`, cause)
}

const ALMOST_NOTHING_BYTES = 1024 * 1024

const diskFull = (path: string, cause: ErrorOptions): StorageError =>
  new StorageError('DISK_FULL', path, `the disk that holds ${path} is full; free some space, nothing acknowledged was lost`, cause)

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  } catch {
    return Infinity
  }
}
