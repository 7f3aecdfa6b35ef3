/**
 * Changes not yet in the tree. Drafts stack: a transaction writes into its own, which is kept whole or dropped whole,
 * and the next transaction reads what was kept.
 */
import type { Updates } from '../state/apply-changes.js'

export type StateReader = { get(key: string): Uint8Array | undefined }

export type StateDraft = StateReader & {
  set(key: string, value: Uint8Array): void
  remove(key: string): void
  readonly changes: Updates
}

export function createDraft(below: StateReader): StateDraft {
  const changes = new Map<string, Uint8Array | null>()
  return {
    get(key) {
      const changed = changes.get(key)
      return changed === undefined ? below.get(key) : changed ?? undefined
    },
    set: (key, value) => void changes.set(key, value),
    remove: (key) => void changes.set(key, null),
    changes,
  }
}

/** Moves everything `from` changed into `into`. */
export function keepDraft(from: StateDraft, into: StateDraft): void {
  for (const [key, value] of from.changes) {
    if (value === null) into.remove(key)
    else into.set(key, value)
  }
}
