/** The changes of several blocks as one: what one of them made and a later one replaced need never be stored. */
import type { StateChanges } from '../execution/types.js'

/** @param changes oldest first, each on top of those before it */
export function foldChanges(changes: readonly StateChanges[]): StateChanges {
  const [only] = changes
  if (only !== undefined && changes.length === 1) return only
  // Bytes are asked for at the end: those of nodes that do not stay are never written out.
  const madeBy = new Map<string, StateChanges['puts']>()
  const deletes = new Set<string>()
  for (const change of changes) {
    for (const hash of change.deletes) if (!madeBy.delete(hash)) deletes.add(hash)
    for (const hash of change.puts.keys()) madeBy.set(hash, change.puts)
  }
  // A node that went and came back is where it was.
  for (const hash of madeBy.keys()) deletes.delete(hash)
  const puts = new Map<string, Uint8Array>()
  for (const [hash, made] of madeBy) puts.set(hash, made.get(hash) as Uint8Array)
  return { puts, deletes }
}
