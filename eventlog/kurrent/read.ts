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
import type { Tail, Unlinked } from './unlinked.js'

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

/** Revision of the stream's last event. */
export async function lastRevision(source: Source, tail: Tail, stream: string): Promise<number | undefined> {
  return (await tail.unlinkedOf(stream)).at(-1)?.revision ?? lastLinked(source, stream)
}

async function lastLinked({ connection, names }: Source, stream: string): Promise<number | undefined> {
  const resolved = await connection.run((client) => lastOf(client, names.linksOf(stream)))
  const link = resolved?.link ?? resolved?.event
  return link === undefined ? undefined : Number(link.revision)
}

export async function* readStream(source: Source, tail: Tail, stream: string, { from, limit = Infinity, backwards = false }: ReadDirection = {}): AsyncGenerator<Stored> {
  const { connection, names } = source
  const unlinked = await tail.unlinkedOf(stream)
  const last = unlinked.at(-1)?.revision ?? await lastLinked(source, stream)
  if (last === undefined) return
  const firstUnlinked = unlinked[0]?.revision ?? last + 1
  let revision = backwards ? Math.min(from ?? last, last) : (from ?? 0)
  for (let left = limit; left > 0 && revision >= 0 && revision <= last;) {
    const isLinked = revision < firstUnlinked
    const count = Math.min(left, backwards ? revision + 1 : firstUnlinked - revision)
    const page = isLinked
      ? await connection.run((client) => readRange(client, names.linksOf(stream), names.order, { from: revision, count, backwards }))
      : (await readUnlinked(source, stream, unlinked, revision - firstUnlinked, backwards)).slice(0, Math.min(left, PAGE))
    if (page.length === 0) throw new EventLogError('GAP', 'revision', `the links of stream ${stream} end before revision ${revision}; they were deleted on the server, restore it from a backup`)
    yield* page
    revision += backwards ? -page.length : page.length
    left -= page.length
  }
}

/** Events of the stream from the `index`th unlinked one on, as many as lie in one page of the log. */
async function readUnlinked(source: Source, stream: string, unlinked: readonly Unlinked[], index: number, backwards: boolean): Promise<readonly Stored[]> {
  const { position } = unlinked[index] as Unlinked
  const end = (backwards ? unlinked[0] : unlinked.at(-1)) as Unlinked
  const page = await readPage(source, { from: position, count: Math.abs(end.position - position) + 1, backwards })
  return page.filter(({ place }) => place.stream === stream)
}
