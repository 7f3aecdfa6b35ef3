/** Reads a whole safety file and says whether it can be trusted. Used to start a validator and to check one. */
import { readFileSync } from 'node:fs'
import { isReserve } from '../../../platform/append-file.js'
import { readEntry, type SafetyEntry } from './format.js'

export class SafetyRecordError extends Error {
  constructor(readonly code: 'MISSING' | 'CORRUPT' | 'OTHER_IDENTITY' | 'EXISTS' | 'EMPTY' | 'IN_USE' | 'HALTED', message: string) {
    super(message)
    this.name = 'SafetyRecordError'
  }
}

export type SafetyFile = {
  readonly entries: readonly SafetyEntry[]
  /** Bytes up to the end of the last whole entry. */
  readonly soundBytes: number
  /** Bytes after it: the rest of a write that was cut short. */
  readonly tornBytes: number
}

/** Throws SafetyRecordError where anything but the tail is damaged. */
export const readSafetyFile = (path: string): SafetyFile => readSafetyBytes(readBytes(path), path)

/** The same over bytes that were read already. @param path what errors call them */
export function readSafetyBytes(file: Uint8Array, path: string): SafetyFile {
  const entries: SafetyEntry[] = []
  let offset = 0
  for (;;) {
    const outcome = readEntry(file, offset)
    if (outcome.kind === 'end' || outcome.kind === 'torn') break
    if (outcome.kind === 'corrupt') throw corrupt(path, `byte ${offset}: ${outcome.reason}`)
    const previous = entries.at(-1)
    if (previous !== undefined && outcome.entry.sequence !== previous.sequence + 1) {
      throw corrupt(path, `sequence ${outcome.entry.sequence} follows ${previous.sequence}`)
    }
    entries.push(outcome.entry)
    offset = outcome.end
  }
  return { entries, soundBytes: offset, tornBytes: isReserve(file, offset) ? 0 : file.length - offset }
}

function corrupt(path: string, reason: string): SafetyRecordError {
  return new SafetyRecordError('CORRUPT',
    `the safety record ${path} is damaged (${reason}); without it this validator could vote twice, so it will not start. ` +
    'Restore the file from this host, or retire this key and give the validator a new one.')
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new SafetyRecordError('MISSING',
      `the safety record ${path} is missing but its key exists; the key may have voted before, so this validator will not start. ` +
      'Restore the file, or create a new key with `cybermesh keys new`.')
  }
}
