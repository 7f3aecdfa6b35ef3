/** Keeps a map below its limit by forgetting what was put in first. */
export function forgetOldest<K, V>(entries: Map<K, V>, limit: number, onForget?: (key: K, value: V) => void): void {
  while (entries.size > limit) {
    const [key, value] = entries.entries().next().value as [K, V]
    entries.delete(key)
    onForget?.(key, value)
  }
}
