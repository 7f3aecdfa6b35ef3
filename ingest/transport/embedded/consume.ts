/**
 * Reads embedded topics for one group. Batches begin at the group's committed offsets and never skip: a record is
 * seen again by the next consumer until its offset is committed. Nothing is read ahead of the caller's pull.
 */
import type { Consumer, OffsetMark, TopicPartition, TransportRecord } from '../transport.js'
import { EmbeddedTransportError } from './errors.js'
import { decodeRecord } from './record-codec.js'
import type { TopicTables } from './tables.js'
import type { PauseEnd } from './wake-up.js'

export type ConsumerSetup = {
  readonly tables: TopicTables
  readonly group: string
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[]
  readonly maxBatch: number
  readonly maxBatchBytes: number
  /** Resolves after `ms`, on abort, or when somebody may have sent something. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<PauseEnd>
  /** Ends every `pause`. */
  readonly wake: () => void
  /** Whether `pause` ends early for what other processes send. */
  readonly isTold: () => boolean
}

type Cursor = { readonly topic: string; readonly partition: number; offset: number }

/** Quick while records flow and for a while after. */
const SHORTEST_PAUSE_MS = 1
const LONGEST_PAUSE_MS = 10
/** After this long without a record we wait to be told: looking a hundred times a second was most of what an idle validator did. */
const QUIET_AFTER_MS = 3000
/** A sign comes a moment before its record can be read, so we look quickly again for this long after it. */
const QUIET_AFTER_SIGN_MS = 50
/** Should a sign be missed, the record is late by this much and no more. */
const QUIET_PAUSE_MS = 1000
/** Where the file system gives no signs. */
const UNTOLD_PAUSE_MS = 20

export function createConsumer(setup: ConsumerSetup): Consumer {
  const closing = new AbortController()
  const paused = new Set<string>()
  return {
    batches: (signal) => readBatches(setup, paused, AbortSignal.any([signal, closing.signal])),
    resumesAtOnce: true,
    pause: (partitions) => partitions.forEach((place) => paused.add(placeText(place))),
    resume(partitions) {
      for (const place of partitions) paused.delete(placeText(place))
      setup.wake()
    },
    async commit(marks) {
      if (closing.signal.aborted) throw new EmbeddedTransportError('CLOSED', 'consumer', 'commit after close')
      await commitMarks(setup, marks)
    },
    close() {
      closing.abort()
      return Promise.resolve()
    },
  }
}

const placeText = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`

async function* readBatches(setup: ConsumerSetup, paused: ReadonlySet<string>, signal: AbortSignal): AsyncGenerator<readonly TransportRecord[]> {
  const cursors = setup.partitions.map(({ topic, partition }): Cursor => ({ topic, partition, offset: committedOffset(setup.tables, setup.group, topic, partition) }))
  let pauseMs = SHORTEST_PAUSE_MS
  let quietMs = 0
  let first = 0
  while (!signal.aborted) {
    const { batch, next } = readOnce(setup, cursors, paused, first)
    if (batch.length === 0) {
      const end = await setup.pause(pauseMs, signal)
      quietMs = end === 'sign' ? Math.min(quietMs, QUIET_AFTER_MS - QUIET_AFTER_SIGN_MS) : quietMs + pauseMs
      pauseMs = end === 'sign' ? SHORTEST_PAUSE_MS : pauseAfter(quietMs, pauseMs, setup.isTold())
      continue
    }
    pauseMs = SHORTEST_PAUSE_MS
    quietMs = 0
    first = next
    yield batch
  }
}

function pauseAfter(quietMs: number, pauseMs: number, isTold: boolean): number {
  if (quietMs < QUIET_AFTER_MS) return Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  return isTold ? QUIET_PAUSE_MS : UNTOLD_PAUSE_MS
}

/** One bounded batch; those partitions that have something take turns at being first, so that a busy one starves nobody. */
function readOnce(setup: ConsumerSetup, cursors: readonly Cursor[], paused: ReadonlySet<string>, first: number): { readonly batch: readonly TransportRecord[]; readonly next: number } {
  const { tables } = setup
  tables.root.resetReadTxn()
  const batch: TransportRecord[] = []
  let bytes = 0
  let next = first
  for (let turn = 0; turn < cursors.length; turn++) {
    const place = (first + turn) % cursors.length
    const cursor = cursors[place] as Cursor
    const { topic, partition } = cursor
    if (paused.has(placeText(cursor))) continue
    const end = tables.ends.get([topic, partition]) ?? 0
    while (cursor.offset < end && batch.length < setup.maxBatch && bytes < setup.maxBatchBytes) {
      if (batch.length === 0) next = (place + 1) % cursors.length
      const at = { topic, partition, offset: cursor.offset }
      const stored = tables.records.get([topic, partition, cursor.offset])
      if (stored === undefined) throw new EmbeddedTransportError('CORRUPT_RECORD', `${topic}/${partition}/${cursor.offset}`, 'is missing below the end; restore the topics folder from a copy')
      batch.push(decodeRecord(stored, at))
      bytes += stored.length
      cursor.offset += 1
    }
  }
  return { batch, next }
}

/** A commit only moves forward: a late one of a replaced consumer changes nothing. */
async function commitMarks(setup: ConsumerSetup, marks: readonly OffsetMark[]): Promise<void> {
  const { tables, group } = setup
  for (const { topic, partition, offset } of marks) {
    if (!setup.partitions.some((known) => known.topic === topic && known.partition === partition)) {
      throw new EmbeddedTransportError('BAD_PARTITION', 'commit', `${topic}/${partition} is not read by this consumer`)
    }
    if (!Number.isSafeInteger(offset) || offset < 0) throw new EmbeddedTransportError('BAD_OPTION', 'commit.offset', `must be a natural number, got ${offset}`)
  }
  if (marks.length === 0) return
  await tables.commit(() => {
    for (const { topic, partition, offset } of marks) {
      if (offset > committedOffset(tables, group, topic, partition)) tables.groups.putSync([group, topic, partition], offset)
    }
  })
}

export const committedOffset = (tables: TopicTables, group: string, topic: string, partition: number): number =>
  tables.groups.get([group, topic, partition]) ?? 0
