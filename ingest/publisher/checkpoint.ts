/** How far the publisher has come, on disk, with the books that the next event needs: one transaction for both. */
import type { Database } from 'lmdb'
import { asPosition, type AnomalyId, type ProducerId } from '../../domain/ids.js'
import type { ProducerCounts } from '../../domain/reputation/producer.js'
import type { StandingVerdict } from '../../domain/verdict/standing-verdicts.js'
import { createGroupCommit } from '../../platform/lmdb/group-commit.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import type { BookChanges, BookStore, Charge } from './standing-book.js'

export type PublisherPoint = {
  /** Next log position to read. */
  readonly position: number
  /** Highest height published. */
  readonly height: number
  /** Events before this position were told by somebody who kept no books: they are read again, and nothing is sent. */
  readonly silentBelow: number
}

export type PublisherCheckpoint = BookStore & {
  load(): PublisherPoint
  /** Durable when resolved. */
  save(point: PublisherPoint, changes?: BookChanges): Promise<void>
  close(): Promise<void>
}

const KEY = 'control'
/** Of versions that published commits alone. */
const COMMITS_KEY = 'commits'

export function openPublisherCheckpoint(path: string): PublisherCheckpoint {
  const root = openLmdb(path)
  const points: Database<PublisherPoint, string> = root.openDB({ name: 'points', encoding: 'json' })
  const counts: Database<ProducerCounts, ProducerId> = root.openDB({ name: 'producers', encoding: 'json' })
  const charges: Database<Charge, AnomalyId> = root.openDB({ name: 'charges', encoding: 'json' })
  const verdicts: Database<readonly StandingVerdict[], AnomalyId> = root.openDB({ name: 'verdicts', encoding: 'json' })
  const commit = createGroupCommit(root, () => false)
  return {
    load() {
      const point = points.get(KEY)
      if (point !== undefined) return point
      const { position, height } = points.get(COMMITS_KEY) ?? { position: 0, height: 0 }
      return { position: 0, height, silentBelow: asPosition(position) }
    },
    counts: (producer) => counts.get(producer),
    charge: (anomalyId) => charges.get(anomalyId),
    verdicts: (anomalyId) => verdicts.get(anomalyId),
    save: (point, changes) => commit(() => {
      for (const [producer, value] of changes?.counts ?? []) counts.putSync(producer, value)
      for (const [anomalyId, charge] of changes?.charges ?? []) {
        if (charge === undefined) charges.removeSync(anomalyId)
        else charges.putSync(anomalyId, charge)
      }
      for (const [anomalyId, standing] of changes?.verdicts ?? []) verdicts.putSync(anomalyId, standing)
      points.putSync(KEY, point)
    }),
    close: () => root.close(),
  }
}
