/** So many requests a second and no more: what is above waits for nobody and is refused. */
export function createAllowance(perSecond: number, atOnce: number, now: () => number): () => boolean {
  let left = atOnce
  let countedAt = now()
  return () => {
    const at = now()
    left = Math.min(atOnce, left + (Math.max(0, at - countedAt) * perSecond) / 1000)
    countedAt = at
    if (left < 1) return false
    left -= 1
    return true
  }
}
