/**
 * Every event of the log: its type, its data and how it is written as JSON. In memory integers are numbers; in JSON
 * 64-bit integers are decimal strings, hashes lowercase hex and bytes base64. Written events never change: a new
 * shape is a new version with an upcaster.
 */
import { z } from 'zod'
import type { AnomalyId, BlockHash, Epoch, Height, Hex32, ProducerId, StateRoot, TxId, UnixMillis, ValidatorId, View } from '../ids.js'
import { EVIDENCE_KINDS } from '../evidence/evidence.js'
import { POLICY_ACTIONS, POLICY_RULES } from '../policy/kinds.js'
import { REJECT_CODES } from '../reject-codes.js'
import { TX_KINDS } from '../transaction.js'
import { VERDICTS } from '../verdict/verdict.js'

/** A safe integer, written as a decimal string. */
const int64 = <T extends number = number>() =>
  z.codec(z.string().regex(/^-?\d{1,16}$/), z.int(), { decode: (text) => Number(text), encode: (value) => String(value) })
    .pipe(z.custom<T>((value) => Number.isSafeInteger(value)))

/** Text of one shape that has a name of its own. */
const named = <T extends string>(shape: RegExp, message: string) => z.string(message).regex(shape, message) as unknown as z.ZodType<T, T>

const hex32 = <T extends string = Hex32>() => named<T>(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits')
const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/)
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const uuid = named<string>(UUID, 'must be a lowercase UUID')
const anomalyId = named<AnomalyId>(UUID, 'must be a lowercase UUID')
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/)

const origin = z.strictObject({ topic: z.string(), partition: z.int(), offset: int64() })
const receiptRef = z.strictObject({ validator: hex32<ValidatorId>(), at: int64<UnixMillis>(), /** encodeReceipt bytes */ receipt: base64 })
const code = z.enum(REJECT_CODES)

/** A place in a certified block. */
const placement = z.strictObject({ height: int64<Height>(), blockHash: hex32<BlockHash>(), txIndex: z.int(), txId: hex32<TxId>() })

const admittedBy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('receipt'), receipt: receiptRef }),
  /** A quorum put it in a block before any receipt was seen. */
  z.strictObject({ kind: z.literal('block'), placement }),
])
const rejectedBy = z.discriminatedUnion('kind', [
  /** f+1 distinct validators refused it, so at least one honest one did. */
  z.strictObject({ kind: z.literal('receipts'), receipts: z.array(receiptRef).min(1) }),
  /** A certified block carries a failure receipt for it. */
  z.strictObject({ kind: z.literal('execution'), placement }),
])

/** What a policy says. */
const policySaid = {
  policyId: uuid,
  messageHash: hex32(),
  /** The message as the block carries it, base64. */
  message: base64,
  action: z.enum(POLICY_ACTIONS), rule: z.enum(POLICY_RULES),
  /** Canonical JSON, as it was signed. */
  params: z.string(),
  effectiveHeight: int64<Height>(),
  /** The first height at which it works no more. */
  expirationHeight: int64<Height>().nullable(),
  /** The policy that it ends. */
  rollbackOf: uuid.nullable(),
  /** Public key of whoever signed it. */
  authority: hex32(),
  /** In genesis. */
  authorityName: z.string().nullable(),
  /** Time in the message, unix seconds. */
  issuedAtSeconds: int64(),
}

export const eventSchemas = {
  ValidatorRegistered: z.strictObject({
    validatorId: hex32<ValidatorId>(), publicKey: hex32(), name: z.string(), peerId: z.string(), chainId: hex32(), at: int64<UnixMillis>(),
  }),
  AnomalyPublished: z.strictObject({
    anomalyId,
    /** The id the message claims, where it is not authentic or already taken; the anomaly then has an id derived from its origin. */
    claimedId: z.string().nullable(),
    /** Whether an allow-listed producer's signature covers the message. */
    authentic: z.boolean(),
    origin: origin.nullable(),
    messageHash: hex32(),
    /** The message as received, base64: the one place where the payload is stored. */
    message: base64,
    producerId: hex32<ProducerId>().nullable(),
    anomalyType: z.string().nullable(),
    source: z.string().nullable(),
    severity: z.int().nullable(),
    confidence: z.number().nullable(),
    /** Time the producer wrote into the message, unix seconds. */
    detectedAtSeconds: int64().nullable(),
    contentHash: hex32().nullable(),
    modelVersion: z.string().nullable(),
    signScheme: z.enum(['v1', 'v2']).nullable(),
    at: int64<UnixMillis>(),
  }),
  AnomalyAdmitted: z.strictObject({ anomalyId, by: admittedBy, at: int64<UnixMillis>() }),
  AnomalyRejected: z.strictObject({ anomalyId, code, by: rejectedBy, at: int64<UnixMillis>() }),
  AnomalyTimedOut: z.strictObject({ anomalyId, waitedForMs: int64(), stage: z.enum(['PUBLISHED', 'ADMITTED']), at: int64<UnixMillis>() }),
  AnomalyExpired: z.strictObject({ anomalyId, validUntil: int64<UnixMillis>(), at: int64<UnixMillis>() }),
  AnomalyCommitted: z.strictObject({ anomalyId, placement, view: int64<View>(), blockTimestamp: int64<UnixMillis>(), at: int64<UnixMillis>() }),
  BlockCommitted: z.strictObject({
    height: int64<Height>(), blockHash: hex32<BlockHash>(), parentHash: hex32<BlockHash>(), epoch: int64<Epoch>(), view: int64<View>(),
    stateRoot: hex32<StateRoot>(), txRoot: hex32(), receiptsRoot: hex32(), proposer: hex32<ValidatorId>(), timestamp: int64<UnixMillis>(),
    /** Leaders of the views since the parent that brought no block; absent where there is none. */
    failedLeaders: z.array(hex32<ValidatorId>()).min(1).optional(),
    /** encodeHeader bytes; SHA-256 with its tag is blockHash. */
    header: base64,
    /** encodeQc of the certificate inside the block (for its parent). */
    justify: base64,
    /** encodeQc of the certificate for this block. */
    certificate: base64,
    certificateView: int64<View>(),
    certificateSigners: z.array(hex32<ValidatorId>()),
    /** encodeQc whose commit info names this block or a descendant: the proof that it is final. */
    commitCertificate: base64,
    transactions: z.array(z.strictObject({
      txId: hex32<TxId>(), kind: z.enum(TX_KINDS), anomalyId: anomalyId.nullable(),
      status: z.enum(['success', 'failed']), code: code.nullable(),
      producerId: hex32<ProducerId>().nullable(), nonce: hex.nullable(), contentHash: hex32().nullable(),
      publicKey: hex.nullable(), signature: hex.nullable(), submittedAtSeconds: int64().nullable(),
      /** What evidence says; absent for other kinds and for bytes that are none. */
      evidence: z.strictObject({ kind: z.enum(EVIDENCE_KINDS), offender: hex32<ValidatorId>(), view: int64<View>() }).optional(),
      /** The transaction itself, where no other event carries it: evidence, and bytes that say nothing. With it every block can be made again from the log. */
      bytes: base64.optional(),
    })),
    at: int64<UnixMillis>(),
  }),
  /** A block carries a policy; `applied` where it is in the state and works from its height on. */
  PolicyRecorded: z.strictObject({
    ...policySaid,
    placement,
    outcome: z.enum(['applied', 'failed']), code: code.nullable(),
    at: int64<UnixMillis>(),
  }),
  /** An authority signed it, no block has carried it, and none can: the chain has come to its height, or its time is over. */
  PolicyLapsed: z.strictObject({
    ...policySaid,
    origin,
    reason: z.enum(['height', 'time']),
    /** Newest block then; 0 before the first. */
    height: int64<Height>(),
    at: int64<UnixMillis>(),
  }),
  /** A policy or a report that f+1 distinct validators refused; an anomaly has a lifecycle that says so. */
  MessageRefused: z.strictObject({
    kind: z.enum(['policy', 'report']),
    origin,
    messageHash: hex32(),
    /** The message as received, base64; empty where it was too large to be kept. */
    message: base64,
    code,
    receipts: z.array(receiptRef).min(1),
    at: int64<UnixMillis>(),
  }),
  /** Evidence or a verdict that a block carried, also one that execution refused. */
  ReportRecorded: z.strictObject({
    reportId: anomalyId,
    evidenceType: z.string(),
    /** What it is about, 32 bytes each; those that name anomalies are repeated as ids. */
    refs: z.array(hex32()),
    anomalyIds: z.array(anomalyId),
    messageHash: hex32(),
    /** The message as received, base64: the one place where the evidence is stored. */
    message: base64,
    reporterId: hex32<ProducerId>(),
    signScheme: z.enum(['v1', 'v2']),
    contentHash: hex32(),
    proofBytes: z.int(),
    /** Time the reporter wrote into the message, unix seconds. */
    reportedAtSeconds: int64(),
    /** Who held the evidence, from whoever collected it to the reporter, and when each handed it on, unix seconds. */
    custody: z.array(z.strictObject({ actorId: hex32<ProducerId>(), atSeconds: int64() })).min(1),
    /** What an analyst says; absent where the evidence is no verdict. */
    verdict: z.strictObject({
      anomalyId, incidentId: z.string(), verdict: z.enum(VERDICTS), duplicateOf: anomalyId.optional(), notes: z.string().optional(), supersedes: anomalyId.optional(),
    }).optional(),
    placement,
    outcome: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('applied') }), z.strictObject({ kind: z.literal('failed'), code })]),
    at: int64<UnixMillis>(),
  }),
  OperatorActionRecorded: z.strictObject({
    actor: z.string(), action: z.string(), resource: z.string(), result: z.enum(['success', 'failure']), reason: z.string(),
    fields: z.record(z.string(), z.string()), at: int64<UnixMillis>(),
  }),
} as const

export type EventType = keyof typeof eventSchemas
export type EventData<T extends EventType> = z.output<(typeof eventSchemas)[T]>
export type DomainEvent = { [T in EventType]: { readonly type: T; readonly data: EventData<T> } }[EventType]
export type AnomalyEvent = Extract<DomainEvent, { type: `Anomaly${string}` }>
export type Placement = z.output<typeof placement>
export type AdmittedBy = z.output<typeof admittedBy>
export type RejectedBy = z.output<typeof rejectedBy>

export const EVENT_TYPES = Object.keys(eventSchemas) as readonly EventType[]
