/**
 * A map that never holds more than `capacity` keys: past it the key least recently used is handed to `onSpill`.
 * Recency is kept exactly only once the map is nearly full; below that the order would cost and never matter.
 */
export type BoundedMap<K, V> = {
  readonly size: number
  /** How many keys were pushed out since the map was made. */
  readonly spilled: number
  get(key: K): V | undefined
  set(key: K, value: V): void
  delete(key: K): boolean
  clear(): void
  entries(): IterableIterator<[K, V]>
  values(): IterableIterator<V>
}

export function boundedMap<K, V>(capacity: number, onSpill?: (value: V, key: K) => void): BoundedMap<K, V> {
  const map = new Map<K, V>()
  const nearlyFull = Math.floor(capacity * 0.9)
  let spilled = 0
  return {
    get size() { return map.size },
    get spilled() { return spilled },
    get(key) {
      const value = map.get(key)
      if (value !== undefined && map.size > nearlyFull) {
        map.delete(key)
        map.set(key, value)
      }
      return value
    },
    set(key, value) {
      map.set(key, value)
      if (map.size <= capacity) return
      const oldest = map.entries().next().value as [K, V]
      map.delete(oldest[0])
      spilled += 1
      onSpill?.(oldest[1], oldest[0])
    },
    delete: (key) => map.delete(key),
    clear: () => { map.clear() },
    entries: () => map.entries(),
    values: () => map.values(),
  }
}
