/**
 * Ids in memory with the position of each: 16 bytes an id in one array, and a table of places in it. A map of texts keeps
 * an object for each id, which the garbage collector visits again and again, and hashes and compares its text; that was
 * a fifth of what an append cost. The last ids that were added can be taken back.
 */
import { randomFillSync } from 'node:crypto'
import { ID_BYTES, ID_WORDS } from '../id-bytes.js'
import type { IdKey } from './id-key.js'

export type IdTable = {
  readonly count: () => number
  /** Position of this id where it is known; else it is added at `position`. */
  readonly findOrAdd: (key: IdKey, position: number) => number | undefined
  /** Keeps the first `count` in the order in which they were added. */
  readonly truncate: (count: number) => void
  /** Bytes of those from index `from` to `to`; valid until something is added. */
  readonly bytesOf: (from: number, to: number) => Buffer
  /** The same as words. */
  readonly wordsOf: (from: number, to: number) => Int32Array
  readonly positionAt: (index: number) => number
}

const FIRST_CAPACITY = 256

export function createIdTable(): IdTable {
  // Whoever chooses ids must not be able to choose ids that fall into one place.
  const [m0, m1, m2, m3] = randomFillSync(new Int32Array(ID_WORDS)).map((multiplier) => multiplier | 1) as unknown as [number, number, number, number]
  let capacity = FIRST_CAPACITY
  let words = new Int32Array(capacity * ID_WORDS)
  let positions = new Float64Array(capacity)
  /** Index of an id and one, or 0; an id stands in the first free place from the one that its hash names. */
  let places = new Int32Array(capacity * 2)
  let count = 0

  /** Multilinear: the upper bits are evenly spread for any ids, by multipliers that nobody knows. */
  const firstPlace = (a: number, b: number, c: number, d: number): number =>
    ((((Math.imul(a, m0) + Math.imul(b, m1)) | 0) + ((Math.imul(c, m2) + Math.imul(d, m3)) | 0)) | 0) >>> (Math.clz32(capacity * 2) + 1)

  const placeOf = (index: number): number => {
    const at = index * ID_WORDS
    let place = firstPlace(words[at] as number, words[at + 1] as number, words[at + 2] as number, words[at + 3] as number)
    while (places[place] !== 0 && places[place] !== index + 1) place = (place + 1) & (places.length - 1)
    return place
  }
  const grow = (): void => {
    capacity *= 2
    const [oldWords, oldPositions] = [words, positions]
    words = new Int32Array(capacity * ID_WORDS)
    words.set(oldWords)
    positions = new Float64Array(capacity)
    positions.set(oldPositions)
    places = new Int32Array(capacity * 2)
    for (let index = 0; index < count; index++) places[placeOf(index)] = index + 1
  }

  return {
    count: () => count,
    findOrAdd({ words: key }, position) {
      const [a, b, c, d] = [key[0] as number, key[1] as number, key[2] as number, key[3] as number]
      let place = firstPlace(a, b, c, d)
      for (let known = places[place] as number; known !== 0; known = places[place] as number) {
        const at = (known - 1) * ID_WORDS
        if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return positions[known - 1]
        place = (place + 1) & (places.length - 1)
      }
      if (count === capacity) {
        grow()
        place = firstPlace(a, b, c, d)
        while (places[place] !== 0) place = (place + 1) & (places.length - 1)
      }
      words.set(key, count * ID_WORDS)
      positions[count] = position
      count += 1
      places[place] = count
      return undefined
    },
    truncate(kept) {
      if (kept === 0 && count > 0) {
        places.fill(0)
        count = 0
        return
      }
      // The last comes first: nothing that stays was put behind it.
      for (; count > kept; count--) places[placeOf(count - 1)] = 0
    },
    wordsOf: (from, to) => words.subarray(from * ID_WORDS, to * ID_WORDS),
    bytesOf: (from, to) => Buffer.from(words.buffer, from * ID_BYTES, (to - from) * ID_BYTES),
    positionAt: (index) => positions[index] as number,
  }
}
