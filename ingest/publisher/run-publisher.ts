/**
 * Tells detectors what the network decided: reads the log after its checkpoint, turns each event into records of the
 * control topics, sends a batch of them, then moves the checkpoint. At least once, in log order within a topic; never
 * again what lies below the checkpoint. Who is killed between sending and saving sends the same bytes again.
 */
import type { Signer } from '../../domain/crypto.js'
import { EventFormatError } from '../../domain/events/codec.js'
import type { DomainEvent } from '../../domain/events/schema.js'
import { asHeight, asPosition, type AnomalyId } from '../../domain/ids.js'
import { entriesOf, type LogEntry } from '../../eventlog/entries.js'
import { anomalyStream, type EventLog, type RecordedEvent } from '../../eventlog/log.js'
import { decodeRecord } from '../../eventlog/record.js'
import { pause } from '../../platform/pause.js'
import type { OutgoingRecord, Transport } from '../transport/transport.js'
import type { PublisherCheckpoint, PublisherPoint } from './checkpoint.js'
import { commitNotices } from './commit-notice.js'
import type { Author, ControlTopic } from './control-topic.js'
import { evidenceNotices } from './evidence-notice.js'
import { policyNotices } from './policy-notice.js'
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
const CONTROL_TOPICS: readonly ControlTopic[] = [commitNotices, evidenceNotices, reputationNotices, policyNotices]

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
    const author = await authorOf(event, log)
    const changes = book.follow(event, author?.producer)
    const wasTold = recorded.position < from.silentBelow || (event.type === 'BlockCommitted' && event.data.height <= height)
    if (event.type === 'BlockCommitted') height = Math.max(height, event.data.height)
    if (wasTold) continue
    for (const topic of CONTROL_TOPICS) records.push(...topic({ recorded, height: asHeight(height), changes, author, scoreOf: (producer) => book.scoreOf(producer) }, signer))
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

/** Who signed the message that a refusal or a verdict speaks of: only the event that published it says so. */
async function authorOf(event: DomainEvent, log: EventLog): Promise<Author | undefined> {
  const anomalyId = anomalyOf(event)
  if (anomalyId === undefined) return undefined
  for await (const { event: first } of log.readStream(anomalyStream(anomalyId), { limit: 1 })) {
    if (first.type !== 'AnomalyPublished' || !first.data.authentic || first.data.producerId === null) return undefined
    return { producer: first.data.producerId, severity: first.data.severity ?? 0 }
  }
  return undefined
}

function anomalyOf(event: DomainEvent): AnomalyId | undefined {
  if (event.type === 'AnomalyRejected') return isChargeable(event.data.code) ? event.data.anomalyId : undefined
  return event.type === 'ReportRecorded' && event.data.outcome.kind === 'applied' ? event.data.verdict?.anomalyId : undefined
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
