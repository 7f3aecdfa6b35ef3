/** Asks at the first call, and answers every later one with the same. */
export function once<T>(ask: () => T): () => T {
  let asked: { readonly answer: T } | undefined
  return () => (asked ??= { answer: ask() }).answer
}
