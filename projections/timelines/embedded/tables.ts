/** The LMDB tables that hold timelines. */
import type { Database, RootDatabase } from 'lmdb'
import { countOf } from '../../../platform/lmdb/inspect.js'
import { openLmdb } from '../../../platform/lmdb/open.js'
import { transact } from '../../../platform/lmdb/transact.js'
import type { HashFields } from '../store.js'

export type Tables = {
  readonly root: RootDatabase<unknown, string>
  /** member -> its score in each set, sets in order of their names: one random key a member, and not one a set */
  readonly members: Database<MemberScores, string>
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

export type MemberScores = Readonly<Record<string, number>>
export type StoredCheckpoint = { readonly position: number; readonly lastEventId: string | null; readonly lastEventAt: number | null }
export type StoredDeadLetter = { readonly eventId: string | null; readonly eventType: string | null; readonly error: string }

export function openTables(path: string): Tables {
  const root = openLmdb(path)
  const members = root.openDB<MemberScores, string>('member-scores', { encoding: 'json' })
  takeOver(root, members)
  return {
    root,
    members,
    order: root.openDB('order', { encoding: 'json' }),
    sizes: root.openDB('sizes', { encoding: 'json' }),
    hashes: root.openDB('hashes', { encoding: 'json' }),
    checkpoints: root.openDB('checkpoints', { encoding: 'json' }),
    deadLetters: root.openDB('dead-letters', { encoding: 'json' }),
  }
}

/** Folders of before had an entry for each member of each set. Whoever opens one first puts them together. */
function takeOver(root: RootDatabase<unknown, string>, members: Tables['members']): void {
  const former = root.openDB<number, [string, string]>('members', { encoding: 'json' })
  if (countOf(former) === 0) return
  transact(root, () => {
    for (const { key: [set, member], value } of former.getRange()) members.putSync(member, withScores(members.get(member), [[set, value]]))
    former.clearSync()
  })
}

/** Sets in order, so that equal scores are equal bytes, however they came. */
export function withScores(before: MemberScores | undefined, scores: Iterable<readonly [string, number]>): MemberScores {
  const all = new Map([...Object.entries(before ?? {}), ...scores])
  return Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)))
}
