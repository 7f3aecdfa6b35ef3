/**
 * What was lost on the way, by the numbers that exporters put on datagrams: v5 and IPFIX count the records before, v9 the
 * datagrams. A step back is a datagram that was overtaken, or an exporter that began anew; neither is a loss. Some
 * exporters of IPFIX count the records of the datagram itself too, or leave out those of options (softflowd 1.1 does
 * both); a number that fits any of these ways says that nothing is missing.
 */

export type Sequence = {
  /**
   * Takes the number of a datagram and by how much it may move the count; undefined where that is not known, so that the
   * next one says nothing of losses. Returns how many are missing before it.
   */
  take(number: number, moves: readonly number[] | undefined): number
  readonly restarts: number
}

/** A gap above this is an exporter that began anew. */
const LARGEST_GAP = 1_000_000
/** A datagram that was overtaken is not further behind than this. */
const LARGEST_STEP_BACK = 10_000
const WRAP = 0x1_0000_0000

export function createSequence(): Sequence {
  let last: { readonly number: number; readonly moves: readonly number[] | undefined } | undefined
  let restarts = 0
  return {
    get restarts() { return restarts },
    take(number, moves) {
      const before = last
      last = { number, moves }
      if (before?.moves === undefined) return 0
      const ahead = [...before.moves, ...(moves ?? [])].map((move) => (number - before.number - move) >>> 0)
      const missing = Math.min(...ahead)
      if (missing <= LARGEST_GAP) return missing
      if (WRAP - Math.max(...ahead) <= LARGEST_STEP_BACK) last = before
      else restarts += 1
      return 0
    },
  }
}
