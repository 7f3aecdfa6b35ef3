/**
 * Takes keys of a map or set from its oldest end. To ask for `keys().next()` each time walks over the places of all that
 * were taken out before, which V8 keeps until it makes the table anew: 30 µs in a set of 50,000, where this takes none.
 * @returns a function that gives the oldest key; whoever asks must take it out
 */
export function oldestFirst<K>(kept: { keys(): IterableIterator<K> }): () => K | undefined {
  // Only from the first time on: an iterator that waits holds on to every table that the set has outgrown.
  let order: IterableIterator<K> | undefined
  return () => {
    order ??= kept.keys()
    const next = order.next()
    if (next.done !== true) return next.value
    // It has met the end before something was added.
    order = kept.keys()
    const again = order.next()
    return again.done === true ? undefined : again.value
  }
}
