/** Tells a file that is no LMDB store before LMDB opens it: opening one ends the whole process with a segmentation fault. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { StorageError } from './storage-error.js'

/** lmdb's mdb.c: the first page begins with a header of 24 bytes and MDB_MAGIC. */
const MAGIC_OFFSET = 24
const MAGIC = 0xbeefc0de

/** Whether the folder holds a store. Throws StorageError where it holds a file that is none. */
export function hasStore(path: string): boolean {
  if (!existsSync(join(path, 'data.mdb'))) return false
  refuseForeignStore(path)
  return true
}

export function refuseForeignStore(path: string): void {
  const file = join(path, 'data.mdb')
  if (existsSync(file) && !beginsAsStore(file)) {
    throw new StorageError('CORRUPT', path, `${file} is not a readable store; restore ${path} from a copy, or move it away if it can be made again (docs/operating.md says which can)`)
  }
}

/** A store that was never written is empty. */
function beginsAsStore(file: string): boolean {
  const head = Buffer.alloc(MAGIC_OFFSET + 4)
  const handle = openSync(file, 'r')
  try {
    const length = readSync(handle, head)
    return length === 0 || (length === head.length && (head.readUInt32LE(MAGIC_OFFSET) === MAGIC || head.readUInt32BE(MAGIC_OFFSET) === MAGIC))
  } finally {
    closeSync(handle)
  }
}
