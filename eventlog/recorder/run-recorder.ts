/**
 * The recorder at work: it follows the topic, the validators' receipts and the chain, and is the only writer of the
 * event log. Each feed is read one batch at a time and waits for its turn to write, so memory is bounded and the log
 * has one order. It stops only on `signal` or on an alarm; a feed that fails is read again.
 */
import { asMillis, type UnixMillis } from '../../domain/ids.js'
import type { Genesis } from '../../domain/genesis.js'
import type { VerifySignature } from '../../domain/crypto.js'
import { pause } from '../../platform/pause.js'
import type { EventLog } from '../log.js'
import { recorderContext } from './context.js'
import { createLatencyWindow } from './latency.js'
import type { RecorderIndex } from './index/open-index.js'
import { openRecord } from './open-record.js'
import type { ChainFeed, DeadLetterSink, MessageFeed, ReceiptFeed } from './ports.js'
import type { VerifyAhead } from './following.js'
import { followChain } from './follow-chain.js'
import { followMessages } from './follow-messages.js'
import { followReceipts } from './follow-receipts.js'
import { createNotices, type Notice, type NoticeCounters } from './notices.js'
import { sendDeadLetters } from './dead-letters.js'
import { recordLapses } from './record-lapses.js'
import { forgetUnanswered } from './record-refusals.js'
import { statusOf, type RecorderStatus } from './status.js'
import { DEFAULT_SWEEP, findOverdue, recordOverdue, type SweepLimits } from './sweep.js'
import type { OperatorActions } from '../operator-actions.js'
import { recordAction } from './record-action.js'
import { createWriter, type Writer } from './writer.js'

export type RecorderOptions = {
  readonly log: EventLog
  readonly index: RecorderIndex
  readonly genesis: Genesis
  readonly messages: MessageFeed
  readonly receipts: ReceiptFeed
  readonly chain: ChainFeed
  readonly deadLetters: DeadLetterSink
  readonly verify: VerifySignature
  /** A stricter one for messages and receipts, as quick to refuse as to accept; `verify` where absent. */
  readonly strictly?: VerifySignature
  /** Checks receipts' signatures off the main thread, so that `strictly` finds their verdict in its memory. */
  readonly verifyAhead?: VerifyAhead
  readonly clock: () => UnixMillis
  /** Who runs it, for the operator stream. */
  readonly actor: string
  /** What the record of its start tells besides: its key and its configuration, by their hashes. */
  readonly startFields?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** libp2p peer id of a validator's public key; empty where unknown. */
  readonly peerIdOf?: (publicKey: Uint8Array) => string
  readonly sweep?: Partial<Omit<SweepLimits, 'skewMs'>>
  /** How often overdue lifecycles are looked for and missing receipts pulled, ms. */
  readonly tickMs?: number
  /** Told of everything that was refused or failed and is tried again. */
  readonly onNotice?: (notice: Notice) => void
}

export type Recorder = {
  status(): RecorderStatus
  /** Published to committed in this run, ms; undefined before the first commit. */
  latency(): { readonly p50: number; readonly p99: number; readonly samples: number } | undefined
  /** How often something was refused or tried again, by kind and reason. */
  notices(): NoticeCounters
  /** What operators and the system do goes into the log in turn with all else. Throws OperatorActionError. */
  readonly actions: OperatorActions
  /** Resolves after `signal`; rejects with RecorderAlarm, or with what the log threw. */
  readonly done: Promise<void>
}

const DEFAULT_TICK_MS = 500

export function runRecorder(options: RecorderOptions): Recorder {
  const { index, log, clock } = options
  const latencies = createLatencyWindow()
  const notices = createNotices(options.onNotice)
  let done: Promise<void> = Promise.resolve()
  const opened = new Promise<Writer>((resolve, reject) => {
    done = record(options, resolve, latencies.add, notices.tell)
    done.catch(reject)
  })
  // Told to whoever waits for it; perhaps nobody does.
  opened.catch(() => undefined)
  return {
    status: () => statusOf(index),
    latency: () => latencies.percentiles(),
    notices: notices.counters,
    actions: { record: async (action) => recordAction(await opened, log, action, clock()) },
    done,
  }
}

async function record(options: RecorderOptions, onOpen: (writer: Writer) => void, onLatency: (latencyMs: number) => void, tell: (notice: Notice) => void): Promise<void> {
  const { log, index, genesis, clock, verify } = options
  const context = recorderContext(genesis, verify, options.strictly)
  const writer = createWriter(log, index)
  await index.catchUp(log)
  await openRecord(writer, context, { actor: options.actor, peerIdOf: options.peerIdOf ?? (() => ''), fields: options.startFields ?? {} }, clock())
  onOpen(writer)

  const broken = new AbortController()
  const signal = AbortSignal.any([options.signal, broken.signal])
  const startedAt = clock()
  const tickMs = options.tickMs ?? DEFAULT_TICK_MS
  const limits = { ...DEFAULT_SWEEP, ...options.sweep, skewMs: genesis.limits.skewMs }
  const following = { writer, index, context, clock, tell, signal, tickMs, verifyAhead: options.verifyAhead }

  async function sweep(): Promise<void> {
    while (!signal.aborted) {
      await pause(tickMs, signal)
      // In turn with the feeds: what was read before this moment is recorded before it is judged late.
      const now = asMillis(clock())
      await writer.perform((session) => {
        const overdue = findOverdue(index, limits, startedAt, now)
        recordOverdue(session, overdue, now)
        recordLapses(session, index, context, limits, startedAt, now)
        forgetUnanswered(session, index, now)
      })
    }
  }
  async function mail(): Promise<void> {
    while (!signal.aborted) {
      try {
        await sendDeadLetters(index, writer, log, options.deadLetters)
      } catch (error) {
        tell({ kind: 'dead-letters-failed', reason: (error as Error).message })
      }
      await pause(tickMs, signal)
    }
  }

  const work = [
    followMessages(options.messages, following),
    followReceipts(options.receipts, following),
    followChain(options.chain, following, onLatency),
    sweep(),
    mail(),
  ]
  try {
    await Promise.all(work)
  } catch (error) {
    broken.abort()
    await Promise.allSettled(work)
    throw error
  }
}
