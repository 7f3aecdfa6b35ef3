/**
 * Facts by key, and layers of changes over them. A layer reads through to what lies below and is written as one
 * transaction or dropped, so a decision that the log refused leaves no trace.
 */
import type { Json } from '../../../domain/canonical-json.js'

export type FactReader = {
  get(key: string): Json | undefined
  /** Keys that begin with `prefix`, in order, at most `limit`. */
  keys(prefix: string, limit: number): Iterable<string>
}

export type FactLayer = Pick<FactReader, 'get'> & {
  put(key: string, value: Json): void
  remove(key: string): void
  /** Null marks a removal. */
  readonly changes: ReadonlyMap<string, Json | null>
}

export function createLayer(below: Pick<FactReader, 'get'>): FactLayer {
  const changes = new Map<string, Json | null>()
  return {
    get(key) {
      const changed = changes.get(key)
      return changed === undefined ? below.get(key) : changed ?? undefined
    },
    put: (key, value) => void changes.set(key, value),
    remove: (key) => void changes.set(key, null),
    changes,
  }
}
