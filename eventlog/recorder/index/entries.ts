/**
 * What the index remembers and under which keys. All of it but receipts, links, envelopes and waiting messages can be
 * folded from the log again.
 */
import type { Json } from '../../../domain/canonical-json.js'
import type { LifecycleState } from '../../../domain/anomaly/events.js'
import type { Anomaly } from '../../../domain/anomaly/evolve.js'
import type { AnomalyId, BlockHash, Height, Hex32, UnixMillis, ValidatorId } from '../../../domain/ids.js'
import type { Origin, Verdict } from '../../../domain/receipt.js'
import type { RejectCode } from '../../../domain/reject-codes.js'
import type { MessageKind } from '../../../domain/transaction.js'
import type { FactLayer, FactReader } from './facts.js'

export type AnomalyEntry = {
  readonly life: Anomaly
  /** Of the anomaly's stream. */
  readonly revision: number
  readonly messageHash: Hex32
  /** Null while only a block has shown the message. */
  readonly origin: Origin | null
  /** Blocks and admissions of these bytes speak of it: the first lifecycle of the bytes, or one that took over from it. */
  readonly isFirst: boolean
  /** Time in the message, unix seconds; null where it could not be read. */
  readonly messageSeconds: number | null
  /** Set once it was refused. */
  readonly rejectedWith: RejectCode | null
}

/** One validator's verdict, with the receipt's bytes as evidence. */
export type StoredReceipt = {
  readonly validator: ValidatorId
  readonly origin: Origin
  readonly verdict: Verdict
  readonly at: UnixMillis
  /** encodeReceipt, base64; empty for an admission after the first of a message, which is never shown as evidence */
  readonly receipt: string
}

export type ChainTip = { readonly height: Height; readonly hash: BlockHash }
/** Without an anomaly the letter is of a message that has no lifecycle; then its bytes have this hash. */
export type DeadLetterNote = { readonly anomalyId?: AnomalyId; readonly messageHash?: Hex32; readonly code: RejectCode; readonly origin: Origin }
/** Key and headers of a record whose key is not simply its producer's id, until a dead letter takes them on. */
export type Envelope = { /** base64 */ readonly key: string; readonly headers: Readonly<Record<string, string>> }
/** A message that is no anomaly, read and not settled: until a block carries it or f+1 validators have refused it. */
export type WaitingMessage = {
  readonly kind: Exclude<MessageKind, 'event'>
  readonly origin: Origin
  readonly messageHash: Hex32
  /** base64; empty where too large to be kept */
  readonly message: string
  readonly since: UnixMillis
  /** Of a policy that an authority signed: when no block can carry it any more. */
  readonly lapses?: { readonly policyId: string; readonly atHeight: Height; /** time in the message, unix seconds */ readonly afterSeconds: number }
}
export type LifecycleCounts = Readonly<Record<LifecycleState, number>> & { readonly everAdmitted: number }

export const originText = ({ topic, partition, offset }: Origin): string => `${topic}/${partition}/${offset}`

export const factKey = {
  anomaly: (id: string) => `a/${id}`,
  inFlight: (id: string) => `f/${id}`,
  origin: (origin: Origin) => `o/${originText(origin)}`,
  message: (hash: string) => `m/${hash}`,
  admissions: (hash: string) => `ra/${hash}`,
  refusals: (hash: string, origin: Origin) => `rr/${hash}/${originText(origin)}`,
  cursor: (validator: string) => `c/${validator}`,
  deadLetter: (origin: Origin) => `d/${originText(origin)}`,
  envelope: (origin: Origin) => `e/${originText(origin)}`,
  waiting: (origin: Origin) => `w/${originText(origin)}`,
  lapsing: (place: string) => `wp/${place}`,
  policyTold: (hash: string) => `pm/${hash}`,
  waitingPlaces: (hash: string) => `wm/${hash}`,
  refusedAt: (origin: Origin) => `x/${originText(origin)}`,
  refusedCount: (hash: string) => `xm/${hash}`,
  validator: (id: string) => `v/${id}`,
  tip: 's/tip',
  policies: 's/policies',
  policyCount: (id: string) => `p/${id}`,
  counts: 's/counts',
  action: (eventId: string) => `op/${eventId}`,
} as const

export const NO_COUNTS: LifecycleCounts = { PUBLISHED: 0, ADMITTED: 0, COMMITTED: 0, REJECTED: 0, TIMEOUT: 0, EXPIRED: 0, everAdmitted: 0 }

type Reader = Pick<FactReader, 'get'>
const read = <T>(facts: Reader, key: string): T | undefined => facts.get(key) as T | undefined
const write = (layer: FactLayer, key: string, value: unknown): void => layer.put(key, value as Json)

export const readAnomaly = (facts: Reader, id: string): AnomalyEntry | undefined => read(facts, factKey.anomaly(id))
export const writeAnomaly = (layer: FactLayer, id: string, entry: AnomalyEntry): void => write(layer, factKey.anomaly(id), entry)
export const readIdOfOrigin = (facts: Reader, origin: Origin): AnomalyId | undefined => read(facts, factKey.origin(origin))
export const readIdOfMessage = (facts: Reader, hash: string): AnomalyId | undefined => read(facts, factKey.message(hash))
export const readAdmissions = (facts: Reader, hash: string): readonly StoredReceipt[] => read(facts, factKey.admissions(hash)) ?? []
export const readRefusals = (facts: Reader, hash: string, origin: Origin): readonly StoredReceipt[] => read(facts, factKey.refusals(hash, origin)) ?? []
export const readCursor = (facts: Reader, validator: string): number => read(facts, factKey.cursor(validator)) ?? 0
export const readEnvelope = (facts: Reader, origin: Origin): Envelope | undefined => read(facts, factKey.envelope(origin))
export const readWaiting = (facts: Reader, origin: Origin): WaitingMessage | undefined => read(facts, factKey.waiting(origin))
export const readWaitingPlaces = (facts: Reader, hash: string): readonly Origin[] => read(facts, factKey.waitingPlaces(hash)) ?? []
export const wasRefusedAt = (facts: Reader, origin: Origin): boolean => facts.get(factKey.refusedAt(origin)) !== undefined
export const readRefusedCount = (facts: Reader, hash: string): number => read(facts, factKey.refusedCount(hash)) ?? 0
/** The state entry of policies, as blocks have left it. */
export function readPolicies(facts: Reader): Uint8Array | undefined {
  const stored = read<string>(facts, factKey.policies)
  return stored === undefined ? undefined : new Uint8Array(Buffer.from(stored, 'base64'))
}
export const readPolicyCount = (facts: Reader, id: string): number => read(facts, factKey.policyCount(id)) ?? 0
/** Whether the log says how this message ended. */
export const wasPolicyTold = (facts: Reader, messageHash: string): boolean => facts.get(factKey.policyTold(messageHash)) !== undefined
export const readTip = (facts: Reader): ChainTip | undefined => read(facts, factKey.tip)
/** Hash of what an operator action said, by the id of its event. */
export const readAction = (facts: Reader, eventId: string): string | undefined => read(facts, factKey.action(eventId))
export const readCounts = (facts: Reader): LifecycleCounts => read(facts, factKey.counts) ?? NO_COUNTS
export const isRegistered = (facts: Reader, validator: string): boolean => facts.get(factKey.validator(validator)) !== undefined
