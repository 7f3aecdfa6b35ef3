/**
 * The LMDB tables behind embedded topics. A commit is fsynced before its promise resolves, and several processes may
 * have the folder open: LMDB serialises writers and lets readers see the newest commit.
 */
import type { Database, RootDatabase } from 'lmdb'
import { createGroupCommit } from '../../../platform/lmdb/group-commit.js'
import { openLmdb } from '../../../platform/lmdb/open.js'
import { EmbeddedTransportError } from './errors.js'

export type PartitionKey = [topic: string, partition: number]

export type TopicTables = {
  readonly root: RootDatabase
  /** Runs `write` in a transaction that is on disk when the promise resolves. */
  readonly commit: <T>(write: () => T) => Promise<T>
  /** [topic, partition, offset] -> record bytes */
  readonly records: Database<Buffer, [string, number, number]>
  /** [topic, partition] -> next offset to write */
  readonly ends: Database<number, PartitionKey>
  /** [group, topic, partition] -> next offset the group reads */
  readonly groups: Database<number, [string, string, number]>
  /** topic -> number of partitions it was created with */
  readonly layout: Database<number, string>
}

export function openTables(path: string): TopicTables {
  try {
    const root = openLmdb(path)
    return {
      root,
      commit: createGroupCommit(root, () => false),
      records: root.openDB({ name: 'records', encoding: 'binary' }),
      ends: root.openDB({ name: 'ends' }),
      groups: root.openDB({ name: 'groups' }),
      layout: root.openDB({ name: 'layout' }),
    }
  } catch (error) {
    throw new EmbeddedTransportError('OPEN_FAILED', path, `${(error as Error).message}`, { cause: error })
  }
}

/** Creates missing topics. A topic keeps the number of partitions it was born with: keys would move otherwise. */
export async function settleLayout(tables: TopicTables, topics: ReadonlyMap<string, number>): Promise<void> {
  for (const [topic, partitions] of topics) {
    if (!Number.isSafeInteger(partitions) || partitions < 1) throw new EmbeddedTransportError('BAD_OPTION', `topics.${topic}`, `needs at least one partition, got ${partitions}`)
    const before = await tables.commit(() => {
      const known = tables.layout.get(topic)
      if (known === undefined) tables.layout.putSync(topic, partitions)
      return known
    })
    if (before !== undefined && before !== partitions) {
      throw new EmbeddedTransportError('LAYOUT_MISMATCH', `topics.${topic}`, `was created with ${before} partitions, asked for ${partitions}; use ${before} or a new folder`)
    }
  }
}
