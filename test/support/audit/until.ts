/** Waits for a condition, not for a time. Throws with what it last saw after `withinMs`. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>, what: string, withinMs = 30_000): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
