/**
 * Where the events of each stream are. The positions of its last revisions stand together in one value, the tail, so
 * that an append writes once a stream and not twice an event; a full tail is moved to a page and a new one begins.
 * A page is: the first revision in it, then a position for each revision from there on, six bytes each. Pages end where
 * the revision is a multiple of 64. Revisions before the first page were written by format 1 and stand in its index.
 */
import { POSITION_BYTES } from './id-index.js'
import type { LogTables } from './tables.js'

const REVISIONS_A_PAGE = 64

/** A page as it is filled by an append. */
const scratch = Buffer.alloc((1 + REVISIONS_A_PAGE) * POSITION_BYTES)

/** Revision of the last event of a stream. */
export function lastRevision({ tails, old }: LogTables, stream: string): number | undefined {
  const tail = tails.get(stream)
  return tail === undefined ? old.heads.get(stream) : lastOf(tail)
}

/** Position of an event that the stream has. */
export function positionOf({ tails, pages, old }: LogTables, stream: string, revision: number): number {
  return inPage(tails.get(stream), revision)
    ?? inPage(pages.get([stream, pageOf(revision)]), revision)
    ?? old.streams.get([stream, revision]) as number
}

/** @param positions of the stream's new events, in order; @param last the revision of the last of them */
export function addToStream({ tails, pages }: LogTables, stream: string, positions: readonly number[], last: number): void {
  let revision = last - positions.length + 1
  const tail = tails.get(stream)
  let size = tail === undefined ? startPage(revision) : tail.copy(scratch)
  for (const position of positions) {
    const first = scratch.readUIntBE(0, POSITION_BYTES)
    if (pageOf(first) !== pageOf(revision)) {
      pages.putSync([stream, pageOf(first)], scratch.subarray(0, size))
      size = startPage(revision)
    }
    size = scratch.writeUIntBE(position, size, POSITION_BYTES)
    revision += 1
  }
  tails.putSync(stream, scratch.subarray(0, size))
}

const pageOf = (revision: number): number => Math.floor(revision / REVISIONS_A_PAGE)

/** Begins a page in the scratch buffer; its size so far. */
const startPage = (first: number): number => scratch.writeUIntBE(first, 0, POSITION_BYTES)

const lastOf = (page: Buffer): number => page.readUIntBE(0, POSITION_BYTES) + page.length / POSITION_BYTES - 2

function inPage(page: Buffer | undefined, revision: number): number | undefined {
  if (page === undefined) return undefined
  const index = 1 + revision - page.readUIntBE(0, POSITION_BYTES)
  return index < 1 || index * POSITION_BYTES >= page.length ? undefined : page.readUIntBE(index * POSITION_BYTES, POSITION_BYTES)
}
