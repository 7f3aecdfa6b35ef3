/** The LMDB tables that hold timelines. */
import type { Database, RootDatabase } from 'lmdb'
import { openLmdb } from '../../../platform/lmdb/open.js'
import type { HashFields } from '../store.js'

export type Tables = {
  readonly root: RootDatabase<unknown, string>
  /** [set, member] -> score */
  readonly members: Database<number, [string, string]>
  /** [set, score, member] -> true */
  readonly order: Database<true, [string, number, string]>
  /** set -> number of members */
  readonly sizes: Database<number, string>
  readonly hashes: Database<HashFields, string>
  /** [projection, version] -> where it stands */
  readonly checkpoints: Database<StoredCheckpoint, [string, number]>
  /** [projection, version, position] -> what went wrong */
  readonly deadLetters: Database<StoredDeadLetter, [string, number, number]>
}

export type StoredCheckpoint = { readonly position: number; readonly lastEventId: string | null; readonly lastEventAt: number | null }
export type StoredDeadLetter = { readonly eventId: string | null; readonly eventType: string | null; readonly error: string }

export function openTables(path: string): Tables {
  const root = openLmdb(path)
  return {
    root,
    members: root.openDB('members', { encoding: 'json' }),
    order: root.openDB('order', { encoding: 'json' }),
    sizes: root.openDB('sizes', { encoding: 'json' }),
    hashes: root.openDB('hashes', { encoding: 'json' }),
    checkpoints: root.openDB('checkpoints', { encoding: 'json' }),
    deadLetters: root.openDB('dead-letters', { encoding: 'json' }),
  }
}
