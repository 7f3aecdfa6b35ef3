/**
 * The links of our streams into the log. They are derived: written after the events, in log order, any number of times
 * with the same result. `linked` never runs ahead of them, so a writer that dies leaves nothing that the next one, or a
 * reader, would not find by the marks in the log.
 */
import { NO_STREAM } from '@eventstore/db-client'
import { uuidV5 } from '../../domain/uuid.js'
import { EventLogError } from '../errors.js'
import { isNoStream, isWrongRevision } from './failures.js'
import type { Source } from './read.js'
import { LINK_TYPE, linkTo, type Stored } from './stored.js'

export type Links = {
  /** Position before which every event has its link. */
  linked(): number
  /** Takes events of the log, next in order, written by whomever; marks in them show what others have linked. */
  add(events: readonly Stored[]): void
  /** Writes links in the background. */
  start(): void
  /** Resolves when at most `most` events wait for their links. Throws what keeps them from being written. */
  untilAtMost(most: number): Promise<void>
}

const CHUNK = 256
const AT_ONCE = 32

export function createLinks(source: Source, startAt: number): Links {
  let linked = startAt
  let pending: Stored[] = []
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    while (pending.length > 0) {
      const chunk = pending.slice(0, CHUNK)
      const byStream = new Map<string, Stored[]>()
      for (const stored of chunk) byStream.set(stored.place.stream, [...(byStream.get(stored.place.stream) ?? []), stored])
      const streams = [...byStream.values()]
      for (let first = 0; first < streams.length; first += AT_ONCE) await Promise.all(streams.slice(first, first + AT_ONCE).map((events) => writeLinks(source, events)))
      passTo((chunk.at(-1) as Stored).place.position + 1)
    }
  }
  const passTo = (position: number): void => {
    linked = Math.max(linked, position)
    pending = pending.filter(({ place }) => place.position >= linked)
  }
  const start = (): Promise<void> => {
    if (working !== undefined || pending.length === 0) return working ?? Promise.resolve()
    const run = work().finally(() => { working = undefined })
    working = run
    // Whoever waits for it is told; nobody may be waiting.
    run.then(() => (pending.length > 0 ? start() : undefined), () => undefined).catch(() => undefined)
    return run
  }

  return {
    linked: () => linked,
    add(events) {
      pending.push(...events)
      passTo(events.reduce((mark, stored) => Math.max(mark, stored.linked), linked))
    },
    start: () => void start(),
    async untilAtMost(most) {
      while (pending.length > most) await start()
    },
  }
}

/** Links for events that follow each other in one stream. */
async function writeLinks(source: Source, events: readonly Stored[]): Promise<void> {
  const { connection, names } = source
  const { stream } = (events[0] as Stored).place
  const name = names.linksOf(stream)
  let left = events
  while (left.length > 0) {
    const first = (left[0] as Stored).place.revision
    const now = left
    try {
      await connection.run((client) => client.appendToStream(name, now.map((stored) => linkTo(stored, names.order)), { streamState: first === 0 ? NO_STREAM : BigInt(first - 1) }))
      return
    } catch (error) {
      if (!isWrongRevision(error)) throw error
    }
    // Some are there already: from before a crash, or by another writer.
    const there = await readLinkIds(source, name, first, left.length)
    const isForeign = there.some((id, i) => id !== uuidV5(`link/${(left[i] as Stored).id}`))
    if (there.length === 0 || isForeign) {
      throw new EventLogError('FOREIGN_EVENT', 'stream', `the stream ${name} on the server ${isForeign ? 'holds events that this program did not write' : 'lost links'}; give the log a server or a namespace of its own`)
    }
    left = left.slice(there.length)
  }
}

async function readLinkIds({ connection }: Source, name: string, from: number, count: number): Promise<readonly string[]> {
  return connection.run(async (client) => {
    const ids: string[] = []
    try {
      for await (const { event } of client.readStream(name, { fromRevision: BigInt(from), maxCount: count })) ids.push(event?.type === LINK_TYPE ? event.id : '')
    } catch (error) {
      if (!isNoStream(error)) throw error
    }
    return ids
  })
}
