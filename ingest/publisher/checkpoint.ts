/** How far the publisher has come, on disk: nothing at or below it is published again. */
import type { Database } from 'lmdb'
import { createGroupCommit } from '../../platform/lmdb/group-commit.js'
import { openLmdb } from '../../platform/lmdb/open.js'

export type PublisherPoint = {
  /** Next log position to read. */
  readonly position: number
  /** Highest height published. */
  readonly height: number
}

export type PublisherCheckpoint = {
  load(): PublisherPoint
  /** Durable when resolved. */
  save(point: PublisherPoint): Promise<void>
  close(): Promise<void>
}

const KEY = 'commits'

export function openPublisherCheckpoint(path: string): PublisherCheckpoint {
  const root = openLmdb(path)
  const points: Database<PublisherPoint, string> = root.openDB({ name: 'points', encoding: 'json' })
  const commit = createGroupCommit(root, () => false)
  return {
    load: () => points.get(KEY) ?? { position: 0, height: 0 },
    save: (point) => commit(() => void points.putSync(KEY, point)),
    close: () => root.close(),
  }
}
