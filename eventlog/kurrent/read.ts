/**
 * Reads of the log on the server, in bounded pages. A stream is read through its links; those of the last appends may
 * not be written yet, so what lies behind the last `linked` mark is read from the log itself.
 */
import { BACKWARDS, END, FORWARDS, type KurrentDBClient } from '@eventstore/db-client'
import type { Position } from '../../domain/ids.js'
import { asPosition } from '../../domain/ids.js'
import { DEFAULT_BATCH_BYTES } from '../entries.js'
import { EventLogError } from '../errors.js'
import type { ReadDirection } from '../log.js'
import type { Connection } from './connection.js'
import { isNoStream } from './failures.js'
import type { Names } from './names.js'
import { fromServer, positionAfter, type Stored } from './stored.js'

export type Source = { readonly connection: Connection; readonly names: Names }
type Range = { readonly from: number; readonly count: number; readonly backwards?: boolean; readonly maxBytes?: number }

const PAGE = 500

/** Events of the log from position `from`, at most `count`; fewer where the log or the page ends. */
export async function readPage({ connection, names }: Source, range: Range): Promise<readonly Stored[]> {
  const page = await connection.run((client) => readRange(client, names.order, names.order, range))
  page.forEach(({ place }, i) => {
    const due = range.from + (range.backwards === true ? -i : i)
    if (place.position !== due) {
      throw new EventLogError('GAP', 'position', `the log's stream ${names.order} has ${place.position} where ${due} was due; it was truncated or scavenged on the server, restore it from a backup`)
    }
  })
  return page
}

async function readRange(client: KurrentDBClient, stream: string, order: string, { from, count, backwards = false, maxBytes = DEFAULT_BATCH_BYTES }: Range): Promise<readonly Stored[]> {
  const events: Stored[] = []
  let size = 0
  if (from < 0 || count <= 0) return events
  try {
    const read = client.readStream(stream, {
      fromRevision: BigInt(from), maxCount: Math.min(count, PAGE), direction: backwards ? BACKWARDS : FORWARDS, resolveLinkTos: stream !== order,
    })
    for await (const resolved of read) {
      const stored = fromServer(resolved, order)
      events.push(stored)
      size += sizeOf(stored)
      if (size >= maxBytes) break
    }
  } catch (error) {
    if (!isNoStream(error)) throw error
  }
  return events
}

/** Near enough for a limit of memory: text is most of what is large. */
const sizeOf = ({ encoded }: Stored): number => JSON.stringify(encoded.data).length

/** The log's last event; undefined where there is none. */
export async function readLast({ connection, names }: Source): Promise<Stored | undefined> {
  const resolved = await connection.run((client) => lastOf(client, names.order))
  return resolved === undefined ? undefined : fromServer(resolved, names.order)
}

export const readLength = async (source: Source): Promise<Position> => {
  const last = await readLast(source)
  return last === undefined ? asPosition(0) : positionAfter(last)
}

async function lastOf(client: KurrentDBClient, stream: string) {
  try {
    for await (const resolved of client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 })) return resolved
  } catch (error) {
    if (!isNoStream(error)) throw error
  }
  return undefined
}

export async function* readAll(source: Source, { from, limit = Infinity, backwards = false }: ReadDirection = {}): AsyncGenerator<Stored> {
  const end = await readLength(source)
  let next = backwards ? Math.min(from ?? end - 1, end - 1) : (from ?? 0)
  for (let left = limit; left > 0 && next >= 0 && next < end;) {
    const page = await readPage(source, { from: next, count: Math.min(left, backwards ? next + 1 : end - next), backwards })
    yield* page
    next += backwards ? -page.length : page.length
    left -= page.length
  }
}

/** The stream's last revision, and those of its last events whose links may be missing, by revision. */
type Head = { readonly last: number | undefined; readonly unlinked: ReadonlyMap<number, Stored> }

export async function readHead(source: Source, stream: string): Promise<Head> {
  const { connection, names } = source
  const last = await readLast(source)
  const unlinked = new Map<number, Stored>()
  if (last !== undefined) {
    for (let next = last.linked; next <= last.place.position;) {
      const page = await readPage(source, { from: next, count: last.place.position - next + 1 })
      for (const stored of page) if (stored.place.stream === stream) unlinked.set(stored.place.revision, stored)
      next += page.length
    }
  }
  if (unlinked.size > 0) return { last: Math.max(...unlinked.keys()), unlinked }
  const link = await connection.run((client) => lastOf(client, names.linksOf(stream)))
  return { last: (link?.link ?? link?.event)?.revision === undefined ? undefined : Number((link?.link ?? link?.event)?.revision), unlinked }
}

export async function* readStream(source: Source, stream: string, { from, limit = Infinity, backwards = false }: ReadDirection = {}): AsyncGenerator<Stored> {
  const { connection, names } = source
  const { last, unlinked } = await readHead(source, stream)
  if (last === undefined) return
  const firstUnlinked = unlinked.size === 0 ? last + 1 : Math.min(...unlinked.keys())
  let revision = backwards ? Math.min(from ?? last, last) : (from ?? 0)
  for (let left = limit; left > 0 && revision >= 0 && revision <= last;) {
    const here = unlinked.get(revision)
    const count = Math.min(left, backwards ? revision + 1 : firstUnlinked - revision)
    const page = here === undefined
      ? await connection.run((client) => readRange(client, names.linksOf(stream), names.order, { from: revision, count, backwards }))
      : [here]
    if (page.length === 0) throw new EventLogError('GAP', 'revision', `the links of stream ${stream} end before revision ${revision}; they were deleted on the server, restore it from a backup`)
    yield* page
    revision += backwards ? -page.length : page.length
    left -= page.length
  }
}
