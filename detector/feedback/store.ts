/**
 * What a detector must still know after a restart: how high the proven chain is, and the policies. A store has an id,
 * and the id is part of the name under which the topics are read: who loses the store reads them from the beginning.
 */
import { randomBytes } from 'node:crypto'
import type { Database } from 'lmdb'
import { createGroupCommit } from '../../platform/lmdb/group-commit.js'
import { openLmdb } from '../../platform/lmdb/open.js'

export type FeedbackStore = {
  /** 8 hex digits, drawn once. */
  readonly id: string
  /** Rows whose key begins with `prefix`, in order of keys, with the rest of the key. */
  rows<T>(prefix: string): readonly (readonly [key: string, value: T])[]
  /** Durable when resolved; undefined removes. */
  save(changes: ReadonlyMap<string, unknown>): Promise<void>
  close(): Promise<void>
}

const newId = (): string => randomBytes(4).toString('hex')
const ID_KEY = 'id'

export function openFeedbackStore(path: string): FeedbackStore {
  const root = openLmdb(path)
  const rows: Database<unknown, string> = root.openDB({ name: 'feedback', encoding: 'json' })
  const commit = createGroupCommit(root, () => false)
  const known = rows.get(ID_KEY)
  const id = typeof known === 'string' ? known : newId()
  if (known === undefined) root.transactionSync(() => rows.putSync(ID_KEY, id))
  return {
    id,
    rows: <T>(prefix: string) => [...rows.getRange({ start: prefix, end: `${prefix}\uffff` })].map(({ key, value }) => [key.slice(prefix.length), value as T] as const),
    save: (changes) => commit(() => {
      for (const [key, value] of changes) {
        if (value === undefined) rows.removeSync(key)
        else rows.putSync(key, value)
      }
    }),
    close: () => root.close(),
  }
}

/** For a detector without a folder: it reads all from the beginning each time it starts. */
export function memoryFeedbackStore(): FeedbackStore {
  return { id: newId(), rows: () => [], save: () => Promise.resolve(), close: () => Promise.resolve() }
}
