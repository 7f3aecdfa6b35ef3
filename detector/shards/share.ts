/**
 * Who counts what. The first of several workers counts everything that is keyed by connection or by source: a connection
 * may be reversed by its first answer, and a scan fans out over destinations. The others share the hosts that are
 * destinations.
 */
import type { Share } from '../counting.js'

/** More would only look at the same records: one thread reads them all. */
export const MAX_WORKERS = 16

/** @param worker from 0 @param workers how many there are, from 2 */
export function shareOf(worker: number, workers: number): Share {
  if (worker === 0) return { flows: true }
  return { flows: false, isOurs: (address) => hashOf(address) % (workers - 1) === worker - 1 }
}

/** FNV-1a over UTF-16 code units: addresses differ in their last characters, which must spread. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}
