/** What tables say of themselves. */
import type { Database, Key } from 'lmdb'

/** Number of keys in a table. */
export const countOf = (table: Pick<Database, 'getStats'>): number => (table.getStats() as { readonly entryCount: number }).entryCount

/** Undefined where the table is empty. */
export function firstKeyOf<K extends Key>(table: Pick<Database<unknown, K>, 'getKeys'>): K | undefined {
  for (const key of table.getKeys({ limit: 1 })) return key
  return undefined
}
