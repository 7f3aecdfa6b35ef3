/**
 * How far a file that is written to was read, in a way that survives its rotation. Names change and inodes are used
 * again, so a position also says which bytes stood before it: a file that does not have them is another one.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

export type FilePosition = {
  /** Decimal: inodes of some file systems do not fit into a number. */
  readonly inode: string
  /** Where the next line begins. */
  readonly offset: number
  /** Where the header begins that the next lines are under, if the file has headers. */
  readonly headerAt?: number | undefined
  /** Hash of the bytes before `offset`. */
  readonly before: string
}

const REMEMBERED_BYTES = 256

/** Of the last bytes before `offset`; undefined where the file is shorter. */
export async function hashBefore(file: FileHandle, offset: number): Promise<string | undefined> {
  const length = Math.min(REMEMBERED_BYTES, offset)
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset - length + filled)
    if (bytesRead === 0) return undefined
    filled += bytesRead
  }
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}
