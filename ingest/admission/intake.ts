/**
 * The shell of admission: batch, decide, mempool, one durable transaction, receipts, offsets, in this order. Receipts
 * leave and offsets are committed only after receipts and transactions are on disk; when no room is left it stops
 * pulling, it never drops.
 */
import type { Signer, VerifySignature } from '../../domain/crypto.js'
import { validatorIdOf } from '../../domain/genesis.js'
import type { ChainId, UnixMillis } from '../../domain/ids.js'
import type { Limits } from '../../domain/genesis.js'
import { signatureClaimOf } from '../../domain/message/check-anomaly.js'
import type { RulesNow } from '../../domain/policy/read-rules.js'
import { receiptSignBytes, type AdmissionReceipt, type UnsignedReceipt, type Verdict } from '../../domain/receipt.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import type { Rescorer } from '../../domain/scoring/rescore.js'
import { createTransaction, type Transaction } from '../../domain/transaction.js'
import type { SignatureChecks } from '../../platform/crypto/verified-cache.js'
import { pause } from '../../platform/pause.js'
import { createBacklog, type BacklogLimits } from '../mempool/backlog.js'
import type { Mempool } from '../mempool/mempool.js'
import { createRateGate } from '../mempool/rate-gate.js'
import { nextOffsets } from '../transport/next-offsets.js'
import { MESSAGE_KINDS, MESSAGE_TOPICS, type Transport, type TransportRecord } from '../transport/transport.js'
import { createPartitionHold, isGarbage } from './hold-partitions.js'
import { createBatchMemory, decideAdmission, type AdmissionDecision } from './decide-admission.js'
import { replayWindowMs } from './replay-window.js'
import { loadPending, settleExpired, settleRefused } from './settle.js'
import type { AdmissionStore, DecidedMessage } from './store.js'

export type IntakeOptions = {
  readonly transport: Transport
  /** A group of this validator's own, so that it reads every partition. */
  readonly group: string
  readonly store: AdmissionStore
  readonly mempool: Mempool
  readonly signer: Signer
  readonly chainId: ChainId
  /** As the last committed block left them. */
  readonly rulesNow: () => RulesNow
  readonly clock: () => UnixMillis
  readonly verify: VerifySignature
  /** Recomputes claimed scores; absent: no model is held, and the validator abstains from judging those of registered ones. */
  readonly rescorer?: Rescorer
  /** Checks a batch's signatures off the main thread, so that `verify` finds their verdict in its memory. */
  readonly verifyAhead?: SignatureChecks['ahead']
  /** Called with receipts that are durable; they are also pulled by sequence, so a lost call loses nothing. */
  readonly onReceipts: (receipts: readonly AdmissionReceipt[]) => void
  /** While this holds nothing is read: agreeing comes first, and what waits in a topic is safe there. Must not hold for ever. */
  readonly mustWait?: () => boolean
  /** The pool may hold something new. */
  readonly onPooled?: () => void
  readonly onRefusal?: (receipt: AdmissionReceipt, reason: { readonly code: RejectCode; readonly field: string; readonly reason: string }) => void
  /** A message that gets no receipt from this validator. */
  readonly onAbstained?: (reason: { readonly field: string; readonly reason: string }) => void
  readonly signal: AbortSignal
  /** Of those that bring messages; all by default. */
  readonly topics?: readonly string[]
  readonly maxBatch?: number
  readonly backlog?: BacklogLimits
}

/**
 * A batch costs a flush, a gossip message and an offset whatever it holds. Where it was small, the next one is waited for
 * a few times as long as it took: not at all to speak of on an idle machine, and fewer, larger batches on a busy one.
 */
const GATHER_TIMES = 6
const LONGEST_GATHER_MS = 200
/** Deciding is done in one go, and consensus waits for it: as few as still share a flush well. */
const LARGE_BATCH = 64
/** Some blocks full: what else is admitted only waits longer, and agreeing needs the processor more. */
const ENOUGH_WAITING = 500

/** While consensus is late. */
const LOOK_AGAIN_MS = 20

const HOUSEKEEPING_MS = 250
/** Looking for what is too old reads the store, and a second more is nothing to what was kept for minutes. */
const SETTLE_EVERY_TURNS = 4

/** Runs until `signal` aborts. Throws what the store or the transport throws; nothing decided is lost by that. */
export async function runIntake(options: IntakeOptions): Promise<void> {
  const { transport, store, mempool } = options
  // Limits are of genesis: no policy changes them.
  const { limits } = options.rulesNow().rules
  const pool = { store, mempool, skewMs: limits.skewMs }
  const broken = new AbortController()
  const signal = AbortSignal.any([options.signal, broken.signal])
  const backlog = createBacklog(mempool, options.backlog, createRateGate(() => options.rulesNow().rules, options.clock))
  loadPending(store, backlog)
  // What was admitted before a restart is not read again: nothing else may ever tell that it waits.
  options.onPooled?.()
  const consumer = await transport.consume({
    topics: options.topics ?? MESSAGE_TOPICS, group: options.group, maxBatch: options.maxBatch ?? LARGE_BATCH,
  })
  const hold = createPartitionHold(consumer, backlog)
  let turn = 0
  const housekeeping = setInterval(() => {
    backlog.drain()
    turn += 1
    if (turn % SETTLE_EVERY_TURNS > 0) return
    const now = options.clock()
    settleRefused(pool, backlog, now).then(() => settleExpired(pool, now)).catch((error: unknown) => broken.abort(error))
  }, HOUSEKEEPING_MS)
  housekeeping.unref()
  try {
    await backlog.whenOpen(signal)
    for await (const batch of consumer.batches(signal)) {
      const startedAt = performance.now()
      const offered = batch.map((record) => ({ record, tx: createTransaction(MESSAGE_KINDS.get(record.topic) ?? 'event', record.value) }))
      const { rules } = options.rulesNow()
      await options.verifyAhead?.(offered.flatMap(({ tx }) => (tx.kind === 'event' && isSmall(tx, limits) ? signatureClaimOf(tx, options.verify, rules) ?? [] : [])))
      const decided = decideBatch(offered, options)
      // Proposing need not wait for the disk: after a crash the records are read again, their offsets are not committed yet.
      for (const { admitted } of decided) if (admitted !== undefined && !store.isSettled(admitted.pending.tx.id)) backlog.offer(admitted.pending)
      hold.look(decided.map(({ receipt: { origin: { topic, partition } }, admitted }) => ({ topic, partition, isRefused: admitted === undefined, producer: admitted?.pending.producer })))
      options.onPooled?.()
      await store.record(decided, (options.clock() + replayWindowMs(pool.skewMs)) as UnixMillis)
      if (decided.length > 0) options.onReceipts(decided.map(({ receipt }) => receipt))
      await consumer.commit(nextOffsets(batch))
      if (batch.length < LARGE_BATCH || mempool.size().count > enoughWaiting(decided)) {
        const restMs = Math.min(LONGEST_GATHER_MS, GATHER_TIMES * (performance.now() - startedAt))
        await pause(restMs, signal)
      }
      while (options.mustWait?.() === true && !signal.aborted) await pause(LOOK_AGAIN_MS, signal)
      hold.endTurn()
      await backlog.whenOpen(signal)
      if (signal.aborted) break
    }
    broken.signal.throwIfAborted()
  } finally {
    clearInterval(housekeeping)
    hold.close()
    backlog.close()
    await consumer.close()
  }
}

/** What was refused need not be read on while anything good waits: whatever garbage costs, agreeing then has to wait for. */
const enoughWaiting = (decided: readonly DecidedMessage[]): number =>
  (isGarbage({ refused: decided.filter(({ admitted }) => admitted === undefined).length, all: decided.length }) ? LARGE_BATCH : ENOUGH_WAITING)

type OfferedRecord = { readonly record: TransportRecord; readonly tx: Transaction }

/** Size before parsing, here as everywhere. */
const isSmall = (tx: Transaction, limits: Limits): boolean => tx.bytes.length <= limits.messageBytes

/** Decisions for the records that have no receipt yet, each seeing those before it in the batch. */
function decideBatch(batch: readonly OfferedRecord[], options: IntakeOptions): DecidedMessage[] {
  const { store, signer, chainId, verify } = options
  const rulesNow = options.rulesNow()
  const validator = validatorIdOf(signer.publicKey)
  const memory = createBatchMemory(store.memory())
  let sequence = store.nextSequence()
  const decided: DecidedMessage[] = []
  for (const { record: { topic, partition, offset }, tx } of batch) {
    const origin = { topic, partition, offset }
    if (store.receiptOf(origin) !== undefined) continue
    const at = options.clock()
    const decision = decideAdmission(tx, at, rulesNow, verify, memory, options.rescorer)
    if (decision.kind === 'abstained') {
      options.onAbstained?.(decision)
      continue
    }
    const unsigned: UnsignedReceipt = { validator, sequence, origin, messageHash: decision.messageHash, verdict: verdictOf(decision), at }
    const receipt = { ...unsigned, signature: signer.sign(receiptSignBytes(chainId, unsigned)) }
    sequence += 1
    if (decision.kind === 'rejected') {
      options.onRefusal?.(receipt, decision)
      decided.push({ receipt, admitted: undefined })
    } else {
      const { claim } = decision
      memory.admit(claim)
      decided.push({ receipt, admitted: { claim, pending: { tx, producer: claim.producer, time: claim.time } } })
    }
  }
  return decided
}

const verdictOf = (decision: Exclude<AdmissionDecision, { kind: 'abstained' }>): Verdict =>
  decision.kind === 'admitted' ? { kind: 'admitted' } : { kind: 'rejected', code: decision.code }
