/** What was left out since it was last asked for, as one item a kind with its count: losses come by the thousand. */
import type { Skipped } from '../records.js'

export type SkipTally = {
  add(left: Omit<Skipped, 'kind' | 'where'> & { readonly where?: string | undefined }): void
  take(): readonly Skipped[]
}

/** Kinds between two looks; what is beyond is joined to one of no place. */
const MAX_KINDS = 1000

export function createSkipTally(): SkipTally {
  let tally = new Map<string, Skipped>()
  return {
    add({ reason, field, value, where, count = 1 }) {
      const key = tally.size < MAX_KINDS ? `${reason}|${field ?? ''}|${where ?? ''}` : reason
      const before = tally.get(key)
      tally.set(key, before === undefined
        ? { kind: 'skipped', reason, ...(field === undefined ? {} : { field }), ...(value === undefined ? {} : { value }), ...(where === undefined ? {} : { where }), count }
        : { ...before, count: (before.count ?? 1) + count })
    },
    take() {
      if (tally.size === 0) return []
      const items = [...tally.values()]
      tally = new Map()
      return items
    },
  }
}
