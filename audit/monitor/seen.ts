/**
 * What a monitor has seen: every checkpoint as it came, one JSON object a line, and the newest that it accepted. Two
 * signed checkpoints that contradict each other are the proof of what a log did, so nothing here is ever removed.
 */
import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from '../../platform/sync-folder.js'

export type SeenCheckpoints = {
  readonly folder: string
  /** The note that was accepted last. */
  newest(): Uint8Array | undefined
  /** On disk when it returns. @param verdict a word, such as `grown` or `fork`; `from`: the witness, where not the log showed it */
  record(note: Uint8Array, verdict: string, at: Date, from?: string): void
  accept(note: Uint8Array): void
}

export const SEEN_FILE = 'seen.jsonl'
export const NEWEST_FILE = 'newest-checkpoint'

export function openSeen(folder: string): SeenCheckpoints {
  mkdirSync(folder, { recursive: true })
  const newestPath = join(folder, NEWEST_FILE)
  return {
    folder,
    newest() {
      try {
        return new Uint8Array(readFileSync(newestPath))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    record(note, verdict, at, from) {
      const file = openSync(join(folder, SEEN_FILE), 'a', 0o644)
      try {
        appendFileSync(file, `${JSON.stringify({ at: at.toISOString(), verdict, ...(from === undefined ? {} : { from }), note: Buffer.from(note).toString('base64') })}\n`)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
    },
    accept(note) {
      const file = openSync(`${newestPath}.new`, 'w', 0o644)
      try {
        writeSync(file, note)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(`${newestPath}.new`, newestPath)
      syncFolder(folder)
    },
  }
}
