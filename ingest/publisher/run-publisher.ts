/**
 * Tells detectors what the network decided: reads the log after its checkpoint, turns each event into records of the
 * control topics, sends a batch of them, then moves the checkpoint. At least once, in log order within a topic; never
 * again what lies below the checkpoint. Who is killed between sending and saving sends the same bytes again.
 */
import type { Signer } from '../../domain/crypto.js'
import { EventFormatError } from '../../domain/events/codec.js'
import type { DomainEvent } from '../../domain/events/schema.js'
import { asHeight, asPosition, type ProducerId } from '../../domain/ids.js'
import { entriesOf, pause, type LogEntry } from '../../eventlog/entries.js'
import { anomalyStream, type EventLog, type RecordedEvent } from '../../eventlog/log.js'
import { decodeRecord } from '../../eventlog/record.js'
import type { OutgoingRecord, Transport } from '../transport/transport.js'
import type { PublisherCheckpoint, PublisherPoint } from './checkpoint.js'
import { commitNotices } from './commit-notice.js'
import type { ControlTopic } from './control-topic.js'
import { evidenceNotices } from './evidence-notice.js'
import { reputationNotices } from './reputation-notice.js'
import { isChargeable, openStandingBook } from './standing-book.js'

export type PublisherOptions = {
  readonly log: EventLog
  readonly transport: Pick<Transport, 'send'>
  readonly checkpoint: PublisherCheckpoint
  /** The recorder's control key, named in genesis. */
  readonly signer: Signer
  readonly signal: AbortSignal
  /** Told of every failed attempt; the publisher tries again until it succeeds. */
  readonly onRetry?: (error: Error) => void
  readonly onSent?: (records: readonly OutgoingRecord[]) => void
}

/** All that is told, each topic by one function. */
const CONTROL_TOPICS: readonly ControlTopic[] = [commitNotices, evidenceNotices, reputationNotices]

const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 5000
/** Events of one batch: what one send and one fsync carry when much happens. */
const BATCH_EVENTS = 500
/** Waiting for more before a batch is read: at most twenty sends a second, however many events there are. */
const GATHER_MS = 50
/** Events that tell nothing after which the checkpoint moves anyway, so a restart does not read them all again. */
const IDLE_EVENTS = 1000

/** Runs until `signal` aborts. */
export async function runControlPublisher(options: PublisherOptions): Promise<void> {
  const { log, checkpoint, signal } = options
  const entries = entriesOf(log)
  let saved = checkpoint.load()
  let point = saved
  while (!signal.aborted) {
    const page = await entries.readEntries({ from: asPosition(point.position), limit: BATCH_EVENTS })
    if (page.length === 0) {
      await entries.waitForGrowth(point.position, signal)
      await pause(GATHER_MS, signal)
      continue
    }
    const batch = await tell(page, point, options)
    if (batch.records.length > 0 && !await sendUntilTaken(batch.records, options)) return
    point = batch.point
    if (batch.isChanged || point.position - saved.position >= IDLE_EVENTS) {
      await checkpoint.save(point, batch.changes)
      saved = point
    }
  }
}

/** What one page of the log says, and where it leaves the publisher. */
async function tell(page: readonly LogEntry[], from: PublisherPoint, { log, checkpoint, signer }: PublisherOptions) {
  const book = openStandingBook(checkpoint)
  const records: OutgoingRecord[] = []
  let { position, height } = from
  for (const entry of page) {
    position = entry.position + 1
    const recorded = readEvent(entry)
    if (recorded === undefined) continue
    const { event } = recorded
    const changes = book.follow(event, await authorOf(event, log))
    const wasTold = recorded.position < from.silentBelow || (event.type === 'BlockCommitted' && event.data.height <= height)
    if (event.type === 'BlockCommitted') height = Math.max(height, event.data.height)
    if (wasTold) continue
    for (const topic of CONTROL_TOPICS) records.push(...topic({ recorded, height: asHeight(height), changes }, signer))
  }
  const changes = book.changes()
  const isChanged = records.length > 0 || changes.counts.size > 0
  return { records, changes, isChanged, point: { ...from, position, height } }
}

/** An entry that cannot be read says nothing to detectors; read models keep it as a dead letter. */
function readEvent({ bytes }: LogEntry): RecordedEvent | undefined {
  try {
    return decodeRecord(bytes)
  } catch (error) {
    if (error instanceof EventFormatError) return undefined
    throw error
  }
}

/** Who signed the message that a refusal may be held against: only the event that published it says so. */
async function authorOf(event: DomainEvent, log: EventLog): Promise<ProducerId | undefined> {
  if (event.type !== 'AnomalyRejected' || !isChargeable(event.data.code)) return undefined
  for await (const { event: first } of log.readStream(anomalyStream(event.data.anomalyId), { limit: 1 })) {
    if (first.type === 'AnomalyPublished' && first.data.authentic) return first.data.producerId ?? undefined
  }
  return undefined
}

/** The same bytes on each attempt. False where `signal` ended it first. */
async function sendUntilTaken(records: readonly OutgoingRecord[], { transport, signal, onRetry, onSent }: PublisherOptions): Promise<boolean> {
  for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
    try {
      await transport.send(records)
      onSent?.(records)
      return true
    } catch (error) {
      onRetry?.(error as Error)
      await pause(retryMs, signal)
    }
  }
  return false
}
