/**
 * The ids of the last events, which are not in the index of ids yet. Ids are random: each one that goes into the index
 * alone has a page of its own copied and written. So they wait here, in log order, which costs their own bytes only, and
 * go over in one sweep, in the order of their keys, many to a page. Whoever appends holds them in memory as well.
 */
import type { Database } from 'lmdb'

/** position of the first -> 16 bytes of its id and of each that follows without a gap */
export type RecentTable = Database<Buffer, number>

/** What one handle of a log remembers of the table. Only a transaction that holds the write lock may ask. */
export type RecentIds = {
  /** Position of an event with this id, where it waits. Call `catchUp` first. */
  readonly find: (id: string) => number | undefined
  /** Reads what other handles wrote. @param length of the log, in this transaction */
  readonly catchUp: (length: number) => void
  /** @param ids in log order, the first at `position`, which is the length of the log before them */
  readonly add: (ids: readonly string[], position: number) => void
  /** Takes all out, for the index. */
  readonly takeAll: () => { readonly ids: readonly string[]; readonly positions: readonly number[] }
  readonly count: () => number
  /** Forgets what it remembers: its transaction was not committed. */
  readonly forget: () => void
}

const ID_BYTES = 16
/** With its header an entry of this size fills one page of LMDB, which is found without looking for neighbours. */
const IDS_AN_ENTRY = 255

export function createRecentIds(table: RecentTable): RecentIds {
  const known = new Map<string, number>()
  /** Key of the table's first entry and length of the log, as of what `known` holds. */
  let first: number | undefined
  let length = 0

  const forget = (): void => {
    known.clear()
    first = undefined
    length = 0
  }
  const firstKey = (): number | undefined => {
    for (const key of table.getKeys({ limit: 1 })) return key
    return undefined
  }
  return {
    find: (id) => known.get(id),
    catchUp(now) {
      if (now === length) return
      const key = firstKey()
      // Somebody swept since: what was known is in the index now.
      if (key !== first || now < length) forget()
      for (const { key: position, value } of table.getRange({ start: length })) {
        for (let i = 0; i * ID_BYTES < value.length; i++) known.set(idAt(value, i * ID_BYTES), position + i)
      }
      first = key
      length = now
    },
    add(ids, position) {
      for (let from = 0; from < ids.length; from += IDS_AN_ENTRY) {
        const some = ids.slice(from, from + IDS_AN_ENTRY)
        table.putSync(position + from, Buffer.from(some.join('').replaceAll('-', ''), 'hex'))
        for (const [i, id] of some.entries()) known.set(id, position + from + i)
      }
      first ??= position
      length = position + ids.length
    },
    takeAll() {
      const ids = [...known.keys()]
      const positions = [...known.values()]
      table.clearSync()
      known.clear()
      first = undefined
      return { ids, positions }
    },
    count: () => known.size,
    forget,
  }
}

function idAt(bytes: Buffer, at: number): string {
  const digits = bytes.toString('hex', at, at + ID_BYTES)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
}
