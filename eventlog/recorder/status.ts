/** What the recorder has recorded, counted by folding the log. */
import type { LifecycleCounts } from '../../domain/anomaly/counts.js'
import { readCounts, readTip } from './index/entries.js'
import type { RecorderIndex } from './index/open-index.js'

export type RecorderStatus = LifecycleCounts & {
  readonly height: number
  /** Events folded: the log's length as far as the recorder knows. */
  readonly position: number
}

export function statusOf(index: RecorderIndex): RecorderStatus {
  const { PUBLISHED, ADMITTED, COMMITTED, REJECTED, TIMEOUT, EXPIRED, everAdmitted } = readCounts(index)
  return {
    published: PUBLISHED + ADMITTED + COMMITTED + REJECTED + TIMEOUT + EXPIRED,
    admitted: everAdmitted,
    committed: COMMITTED, rejected: REJECTED, timeout: TIMEOUT, expired: EXPIRED,
    inFlight: PUBLISHED + ADMITTED,
    height: readTip(index)?.height ?? 0,
    position: index.position(),
  }
}
