/** The safety record on disk: append, fsync, then the vote may leave. Held by one process at a time. */
import { closeSync, existsSync, fsyncSync, ftruncateSync, linkSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SafetyRecord } from '../../core/safety-rules.js'
import { openAppendFile, writeAll } from '../../../platform/append-file.js'
import { storageErrorFrom, StorageError } from '../../../platform/lmdb/storage-error.js'
import { syncFolder } from '../../../platform/sync-folder.js'
import { encodeEntry, isFor, type SafetyIdentity } from './format.js'
import { lockSafetyFile } from './lock.js'
import { readSafetyFile, SafetyRecordError } from './read.js'

export type SafetyStore = {
  /** The newest record. */
  readonly record: SafetyRecord
  /** Bytes of an interrupted write that were cut off at open. */
  readonly repairedBytes: number
  /** Returns when the record is on disk. Throws when the disk refuses; nothing may be sent then. */
  save(record: SafetyRecord): void
  /** Keeps this key from signing in later lives too, until an operator has looked and removed the note. */
  halt(reason: string): void
  close(): void
}

/** Past this size the file is started anew with the newest record; the old one stays beside it as `.previous`. */
const ROTATE_BYTES = 64 * 1024 * 1024

/** Creates the file of a key that has never signed. Throws SafetyRecordError where one exists. */
export function createSafetyFile(path: string, identity: SafetyIdentity, record: SafetyRecord): void {
  for (const known of [path, previousOf(path)]) {
    if (existsSync(known)) throw new SafetyRecordError('EXISTS', `${known} exists, so this key may have signed; a validator's memory is never overwritten: create a new key with \`cybermesh keys new\``)
  }
  writeFresh(path, encodeEntry(0, identity, record))
}

/** Throws SafetyRecordError where the record cannot be trusted, another process holds it, or the key was halted. */
export function openSafetyStore(path: string, identity: SafetyIdentity, { rotateBytes = ROTATE_BYTES } = {}): SafetyStore {
  refuseHalted(path)
  const unlock = lockSafetyFile(path)
  try {
    return openLocked(path, identity, rotateBytes, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

function openLocked(path: string, identity: SafetyIdentity, rotateBytes: number, unlock: () => void): SafetyStore {
  const { entries, soundBytes, tornBytes } = readSafetyFile(path)
  const newest = entries.at(-1)
  if (newest === undefined) throw new SafetyRecordError('EMPTY', `the safety record ${path} holds no whole entry; restore it or retire the key`)
  if (!entries.every((entry) => isFor(entry, identity))) {
    throw new SafetyRecordError('OTHER_IDENTITY', `the safety record ${path} belongs to another key or chain; use the data folder that belongs to this genesis`)
  }
  if (tornBytes > 0) cutOff(path, soundBytes)
  let file = openAppendFile(path, soundBytes)
  let { sequence } = newest
  let record = newest.record
  let isBroken = false

  const append = (next: SafetyRecord): void => {
    if (file.sizeBytes > rotateBytes) {
      file.close()
      const first = encodeEntry(sequence, identity, record)
      replaceFile(path, first)
      file = openAppendFile(path, first.length)
    }
    file.append(encodeEntry(sequence + 1, identity, next))
    sequence += 1
    record = next
  }

  return {
    get record() {
      return record
    },
    repairedBytes: tornBytes,
    save(next) {
      // After a failed fsync the kernel may report the next one as good although the bytes are gone.
      if (isBroken) throw new StorageError('IO', path, `an earlier write to ${path} failed; nothing more is signed until this validator is restarted`)
      try {
        append(next)
      } catch (error) {
        isBroken = true
        throw storageErrorFrom(error, path)
      }
    },
    halt(reason) {
      isBroken = true
      writeFresh(haltedOf(path), new TextEncoder().encode(`${reason}\n`))
    },
    close() {
      file.close()
      unlock()
    },
  }
}

const haltedOf = (path: string): string => `${path}.halted`

/** Peers may have forgotten what they showed this key; the note has not. */
function refuseHalted(path: string): void {
  const note = haltedOf(path)
  if (!existsSync(note)) return
  throw new SafetyRecordError('HALTED', `this validator stopped for good: ${readFileSync(note, 'utf8').trim()}. When that is done, remove ${note}`)
}

const previousOf = (path: string): string => `${path}.previous`

/** At every moment `path` is a whole file: the full one until the new one takes its name. */
function replaceFile(path: string, bytes: Uint8Array): void {
  rmSync(previousOf(path), { force: true })
  linkSync(path, previousOf(path))
  writeFresh(path, bytes)
}

function cutOff(path: string, sizeBytes: number): void {
  const file = openSync(path, 'r+')
  ftruncateSync(file, sizeBytes)
  fsyncSync(file)
  closeSync(file)
}

function writeFresh(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, 'w', 0o600)
  writeAll(file, bytes, 0)
  fsyncSync(file)
  closeSync(file)
  renameSync(temporary, path)
  syncFolder(dirname(path))
}
