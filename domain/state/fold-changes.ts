/** The changes of several blocks as one: what one of them made and a later one replaced need never be stored. */
import type { StateChanges } from '../execution/types.js'

/** @param changes oldest first, each on top of those before it */
export function foldChanges(changes: readonly StateChanges[]): StateChanges {
  const [only] = changes
  if (only !== undefined && changes.length === 1) return only
  const puts = new Map<string, Uint8Array>()
  const deletes = new Set<string>()
  for (const change of changes) {
    for (const hash of change.deletes) if (!puts.delete(hash)) deletes.add(hash)
    for (const [hash, bytes] of change.puts) puts.set(hash, bytes)
  }
  // A node that went and came back is where it was.
  for (const hash of puts.keys()) deletes.delete(hash)
  return { puts, deletes }
}
