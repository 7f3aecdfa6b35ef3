/**
 * Where the events of each stream are. The positions of its last revisions stand together in one value, the tail, so
 * that an append writes once a stream and not twice an event; a full tail is moved to a page and a new one begins.
 * A page is: the first revision in it, then a position for each revision from there on, six bytes each. Pages end where
 * the revision is a multiple of 64. Revisions before the first page were written by format 1 and stand in its index.
 *
 * Tails that changed are young first (young-tails.ts), then in a hash table of all (buckets/tail-buckets.ts). A young tail
 * stands for the one there, and that one for those of older formats.
 */
import { POSITION_BYTES } from './buckets/id-buckets.js'
import { addTails, tailFinder } from './buckets/tail-buckets.js'
import { lengthOf } from './entry-table.js'
import type { LogTables } from './tables.js'

const REVISIONS_A_PAGE = 64

/** A page as it is filled by an append. */
const scratch = Buffer.alloc((1 + REVISIONS_A_PAGE) * POSITION_BYTES)

export type TailOf = (stream: string) => Buffer | undefined

/** Looks for tails, in one transaction; those that it finds are valid until the next is put. */
export function tailsIn(tables: LogTables): TailOf {
  const { young, tails, former } = tables
  young.catchUp(lengthOf(tables.entries))
  const find = tailFinder(tails)
  return (stream) => young.find(stream) ?? find(stream) ?? former?.young.get(stream) ?? former?.tails.get(stream)
}

/** Revision of the last event of a stream. */
export const lastRevision = (tables: LogTables, stream: string): number | undefined => revisionIn(tables, stream, tailsIn(tables)(stream))

/** The same for whoever has read the tail already, or found that there is none. */
export const revisionIn = ({ old }: LogTables, stream: string, tail: Buffer | undefined): number | undefined =>
  (tail === undefined ? old?.heads.get(stream) : lastOf(tail))

/** Position of an event that the stream has. */
export function positionOf(tables: LogTables, stream: string, revision: number): number {
  return inPage(tailsIn(tables)(stream), revision)
    ?? inPage(tables.pages.get([stream, pageOf(revision)]), revision)
    ?? tables.old?.streams.get([stream, revision]) as number
}

/** @param tail of the stream; @param positions of its new events, in order; @param last the revision of the last of them */
export function addToStream({ young, pages }: LogTables, stream: string, tail: Buffer | undefined, positions: readonly number[], last: number): void {
  let revision = last - positions.length + 1
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
  young.put(stream, scratch, size)
}

/** Writes down the tails that changed. @param position of the first new event; @param count of the new events */
export const keepTails = ({ young }: LogTables, position: number, count: number): void => young.keep(position, position + count)

/** A stream that changes again and again is one tail and many records. */
const YOUNG_BYTES_A_TAIL = 256

/** Takes the tails that changed over to the table of all where there are many of them. */
export function sweepTails({ young, tails, mostYoungTails }: LogTables): void {
  if (young.count() < mostYoungTails && young.bytes() < mostYoungTails * YOUNG_BYTES_A_TAIL) return
  young.takeAll((bytes, offsets) => addTails(tails, bytes, offsets))
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
