/**
 * Tells detectors what was committed: reads the log after its checkpoint, publishes one signed notice a block, then
 * moves the checkpoint. At least once, in height order; never again what lies below the checkpoint.
 */
import type { EventData } from '../../domain/events/schema.js'
import type { Signer } from '../../domain/crypto.js'
import { asPosition } from '../../domain/ids.js'
import type { EventLog } from '../../eventlog/log.js'
import type { Transport } from '../transport/transport.js'
import { pause } from '../../eventlog/entries.js'
import type { PublisherCheckpoint } from './checkpoint.js'
import { commitNotice } from './commit-notice.js'

export type PublisherOptions = {
  readonly log: Pick<EventLog, 'subscribe'>
  readonly transport: Pick<Transport, 'send'>
  readonly checkpoint: PublisherCheckpoint
  /** The recorder's control key, named in genesis. */
  readonly signer: Signer
  readonly signal: AbortSignal
  /** Told of every failed attempt; the publisher tries again until it succeeds. */
  readonly onRetry?: (error: Error) => void
}

const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 5000
/** Events without a block after which the checkpoint moves anyway, so a restart does not read them all again. */
const IDLE_EVENTS = 1000

/** Runs until `signal` aborts. */
export async function runCommitPublisher(options: PublisherOptions): Promise<void> {
  const { log, checkpoint, signal } = options
  let { position, height } = checkpoint.load()
  let unsaved = 0
  for await (const { event, position: at } of log.subscribe(asPosition(position), signal)) {
    if (event.type === 'BlockCommitted' && event.data.height > height) {
      const isSent = await sendUntilTaken(event.data, options)
      if (!isSent) return
      height = event.data.height
      unsaved = IDLE_EVENTS
    }
    position = at + 1
    unsaved += 1
    if (unsaved >= IDLE_EVENTS) {
      await checkpoint.save({ position, height })
      unsaved = 0
    }
  }
}

/** The same bytes on each attempt. False where `signal` ended it first. */
async function sendUntilTaken(block: EventData<'BlockCommitted'>, { transport, signer, signal, onRetry }: PublisherOptions): Promise<boolean> {
  const notice = commitNotice(block, signer)
  for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
    try {
      await transport.send([notice])
      return true
    } catch (error) {
      onRetry?.(error as Error)
      await pause(retryMs, signal)
    }
  }
  return false
}
