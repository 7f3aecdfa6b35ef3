/** The first thing that is not what log and genesis say. Whoever finds it stops: what comes after may follow from it. */
export type Difference = {
  /** Which file, row, entry or block. */
  readonly where: string
  /** What log and genesis give. */
  readonly expected: string
  readonly found: string
}

/** Thrown by a check and caught by run-fsck.ts alone. */
export class FoundDifference extends Error {
  constructor(readonly difference: Difference) {
    super(`${difference.where}: expected ${difference.expected}, found ${difference.found}`)
    this.name = 'FoundDifference'
  }
}

export function differ(where: string, expected: string, found: string): never {
  throw new FoundDifference({ where, expected, found })
}

/** Throws where the two are not the same. */
export function same(where: string, expected: string | number, found: string | number): void {
  if (expected !== found) differ(where, String(expected), String(found))
}

/** Where two byte strings part. */
export function sameBytes(where: string, expected: Uint8Array, found: Uint8Array): void {
  if (Buffer.compare(expected, found) === 0) return
  let at = 0
  while (at < expected.length && at < found.length && expected[at] === found[at]) at += 1
  const seen = (bytes: Uint8Array): string => (at < bytes.length ? `${Buffer.from(bytes.subarray(at, at + 8)).toString('hex')} at byte ${at} of ${bytes.length}` : `the end after ${bytes.length} bytes`)
  differ(where, seen(expected), seen(found))
}
