/** Where two embedded versions at one position are not the same; both are walked in key order, once. */
import { compareKeys, type Database, type Key } from 'lmdb'
import type { RowDifference, TableDifference } from '../../runtime/projection.js'
import type { Tables } from './tables.js'

const MOST_EXAMPLES = 5

type AnyTable = Database<unknown, Key>

/** What readers see; tables that are equal are left out. */
export function differencesOf(live: Tables, rebuilt: Tables): TableDifference[] {
  return (['members', 'order', 'sizes', 'hashes'] as const)
    .map((name) => differenceOf(name, live[name] as unknown as AnyTable, rebuilt[name] as unknown as AnyTable))
    .filter(({ onlyLive, onlyRebuilt, differing }) => onlyLive + onlyRebuilt + differing > 0)
}

function differenceOf(table: string, live: AnyTable, rebuilt: AnyTable): TableDifference {
  const counts = { 'only-live': 0, 'only-rebuilt': 0, differing: 0 }
  const examples: RowDifference[] = []
  const told = (kind: RowDifference['kind'], key: Key, columns: RowDifference['columns'] = []): void => {
    counts[kind] += 1
    if (examples.length < MOST_EXAMPLES) examples.push({ key: typeof key === 'string' ? key : JSON.stringify(key), kind, columns })
  }
  const [lives, others] = [live.getRange()[Symbol.iterator](), rebuilt.getRange()[Symbol.iterator]()]
  let [one, other] = [lives.next(), others.next()]
  while (one.done !== true || other.done !== true) {
    const order = one.done === true ? 1 : other.done === true ? -1 : compareKeys(one.value.key, other.value.key)
    if (order < 0) told('only-live', one.value.key)
    else if (order > 0) told('only-rebuilt', other.value.key)
    else if (!isSame(one.value.value, other.value.value)) told('differing', one.value.key, columnsOf(one.value.value, other.value.value))
    if (order <= 0) one = lives.next()
    if (order >= 0) other = others.next()
  }
  return { table, onlyLive: counts['only-live'], onlyRebuilt: counts['only-rebuilt'], differing: counts.differing, examples }
}

const isSame = (one: unknown, other: unknown): boolean => one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other))

function columnsOf(live: unknown, rebuilt: unknown): RowDifference['columns'] {
  if (typeof live !== 'object' || live === null) return [{ name: 'value', live, rebuilt }]
  const [one, other] = [live as Record<string, unknown>, rebuilt as Record<string, unknown>]
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((name) => one[name] !== other[name]).map((name) => ({ name, live: one[name] ?? null, rebuilt: other[name] ?? null }))
}
