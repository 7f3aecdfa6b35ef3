/** A log of any length whose entries are made when they are asked for: as long as real ones, and the same each time. */
import type { AuditSource } from '../../audit/publisher/tree-writer.js'
import { utf8ToBytes } from '../../domain/bytes.js'
import { asPosition } from '../../domain/ids.js'
import { deterministicUuid } from './uuid.js'

type Entries = Awaited<ReturnType<AuditSource['readEntries']>>

export type MadeUpLog = AuditSource & {
  /** Makes the entries that are asked for next, so that the clock need not run meanwhile. False at the end. */
  prepare(from: number): boolean
}

const PREPARED = 4096
const FILLER = 'ab'.repeat(390)

const entryAt = (position: number): Uint8Array => {
  const id = deterministicUuid(position)
  return utf8ToBytes(`{"data":{"payload":"${FILLER}"},"id":"${id}","position":"${position}","revision":"0","stream":"anomaly-${id}","type":"AnomalyPublished","version":1}`)
}

export function madeUpLog(length: number): MadeUpLog {
  let prepared: Entries = []
  return {
    prepare(from) {
      prepared = Array.from({ length: Math.min(PREPARED, length - from) }, (_, i) => ({ position: asPosition(from + i), bytes: entryAt(from + i) }))
      return prepared.length > 0
    },
    length: async () => length,
    waitForGrowth: async () => length,
    async readEntries({ from, limit }) {
      const start = from - (prepared[0]?.position ?? 0)
      return prepared.slice(start, start + limit)
    },
  }
}
