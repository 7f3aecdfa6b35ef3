/**
 * May this evidence message enter? Cheap checks first: size, shape, reporter, signature, content, chain of custody, time.
 * Evidence comes from a producer or an analyst, a verdict from an analyst alone. Whether what it names is in the state is
 * for execution to say.
 */
import { bytesEqual, bytesToHex } from '../bytes.js'
import type { VerifySignature } from '../crypto.js'
import { custodyFault, custodyField } from '../custody/check-custody.js'
import { sha256 } from '../hash.js'
import type { ProducerId, UnixMillis } from '../ids.js'
import type { RejectCode } from '../reject-codes.js'
import type { Transaction } from '../transaction.js'
import { readVerdict, VERDICT_TYPE, verdictRefs, type AnalystVerdict } from '../verdict/verdict.js'
import type { AdmissionRules } from './check-anomaly.js'
import { decodeEvidenceMessage, type EvidenceMessage } from './evidence-event.js'
import { schemeOf, type SignScheme } from './sign-anomaly.js'
import { evidenceMessageSignBytes } from './sign-evidence.js'

export type ReportRefusal = {
  readonly ok: false
  readonly code: RejectCode
  /** Wire name of the field at fault; "message" for the whole. */
  readonly field: string
  readonly reason: string
  /** Present once the bytes could be read. */
  readonly message?: EvidenceMessage
  /** Whether somebody who may report signed it: only then may the refusal be held against that one. */
  readonly authentic: boolean
}

export type AcceptedReport = {
  readonly ok: true
  readonly message: EvidenceMessage
  readonly scheme: SignScheme
  /** What the proof says, of a verdict. */
  readonly verdict: AnalystVerdict | undefined
}

export type ReportCheck = AcceptedReport | ReportRefusal

/** @param referenceTime the clock at admission, the block time before a vote */
export function checkReport(bytes: Uint8Array, referenceTime: UnixMillis, rules: AdmissionRules, verify: VerifySignature): ReportCheck {
  return check({ bytes }, referenceTime, rules, verify)
}

/** The same for a transaction, which is checked at admission, before a vote and in execution but read only once. */
export function checkReportOf(tx: Transaction, referenceTime: UnixMillis, rules: AdmissionRules, verify: VerifySignature): ReportCheck {
  return check(readingOf(tx), referenceTime, rules, verify)
}

/** All checks but the signatures: what execution repeats, so that its outcome never depends on a verifier. */
export function checkUnsignedReportOf(tx: Transaction, referenceTime: UnixMillis, rules: AdmissionRules): ReportCheck {
  return check(readingOf(tx), referenceTime, rules, undefined)
}

/** What follows from the bytes alone is worked out once for a transaction, whose bytes never change. */
type Reading = {
  readonly bytes: Uint8Array
  decoded?: ReturnType<typeof decodeEvidenceMessage>
  /** Whose signatures, that of the message and those of its custody, this verifier has accepted. */
  acceptedBy?: VerifySignature
  content?: ContentCheck
}

type Fault = { readonly code: RejectCode; readonly field: string; readonly reason: string }
type ContentCheck = { readonly ok: true; readonly verdict: AnalystVerdict | undefined } | ({ readonly ok: false } & Fault)

const readings = new WeakMap<Transaction, Reading>()

function readingOf(tx: Transaction): Reading {
  const known = readings.get(tx)
  if (known !== undefined) return known
  const reading: Reading = { bytes: tx.bytes }
  readings.set(tx, reading)
  return reading
}

function check(reading: Reading, referenceTime: UnixMillis, rules: AdmissionRules, verify: VerifySignature | undefined): ReportCheck {
  const { bytes } = reading
  const { limits } = rules
  if (bytes.length > limits.messageBytes) return refuse({ code: 'TOO_LARGE', field: 'message', reason: `${bytes.length} bytes exceed the limit of ${limits.messageBytes}` })
  const decoded = (reading.decoded ??= decodeEvidenceMessage(bytes))
  if (!decoded.ok) return refuse(decoded)
  const { message } = decoded
  const stranger = reporterFault(message, rules)
  if (stranger !== undefined) return refuse(stranger, message)
  const scheme = schemeOf(message)
  const isVerified = verify === undefined || reading.acceptedBy === verify
  if (!isVerified && !verify(message.pubkey, evidenceMessageSignBytes(message, scheme), message.signature)) {
    return refuse({ code: 'INVALID_SIGNATURE', field: 'signature', reason: `does not verify under scheme ${scheme}` }, message)
  }
  const authentic = verify !== undefined
  const content = (reading.content ??= contentOf(message))
  if (!content.ok) return refuse(content, message, authentic)
  const broken = custodyFaultOf(message, rules, isVerified ? undefined : verify)
  if (broken !== undefined) return refuse(broken, message, authentic)
  if (verify !== undefined) reading.acceptedBy = verify
  const skewMs = Math.abs(message.tsSeconds * 1000 - referenceTime)
  if (skewMs > limits.skewMs) {
    return refuse({ code: 'SKEW', field: 'ts', reason: `${skewMs} ms from the reference time, at most ${limits.skewMs} are allowed` }, message, authentic)
  }
  return { ok: true, message, scheme, verdict: content.verdict }
}

/** Whether the named reporter may send this kind of evidence under this scheme. */
function reporterFault(message: EvidenceMessage, { producers, analysts }: AdmissionRules): Fault | undefined {
  const reporter = bytesToHex(message.producerId) as ProducerId
  const isAnalyst = analysts.has(reporter)
  const producer = message.evidenceType === VERDICT_TYPE ? undefined : producers.get(reporter)
  if (!isAnalyst && producer === undefined) {
    const reason = message.evidenceType === VERDICT_TYPE ? 'is no analyst of genesis, and only analysts give verdicts' : 'is neither an allow-listed producer nor an analyst of genesis'
    return { code: 'UNKNOWN_PRODUCER', field: 'producer_id', reason }
  }
  if (!bytesEqual(message.pubkey, message.producerId)) return { code: 'UNKNOWN_PRODUCER', field: 'pubkey', reason: 'differs from producer_id' }
  const scheme = schemeOf(message)
  const schemes: readonly SignScheme[] = producer?.schemes ?? ['v2']
  if (!schemes.includes(scheme)) return { code: 'INVALID_SIGNATURE', field: 'alg', reason: `genesis does not allow scheme ${scheme} for this reporter` }
  return undefined
}

function contentOf(message: EvidenceMessage): ContentCheck {
  if (!bytesEqual(sha256(message.proofBlob), message.contentHash)) {
    return { ok: false, code: 'HASH_MISMATCH', field: 'content_hash', reason: 'is not the SHA-256 of the proof' }
  }
  if (message.evidenceType !== VERDICT_TYPE) return { ok: true, verdict: undefined }
  const read = readVerdict(message.proofBlob)
  if (!read.ok) return { ...read, code: 'MALFORMED' }
  const refs = verdictRefs(read.verdict)
  if (refs.length !== message.refs.length || !refs.every((ref, i) => bytesEqual(ref, message.refs[i] as Uint8Array))) {
    return { ok: false, code: 'MALFORMED', field: 'refs', reason: 'must be the anomaly of the verdict, then the one it repeats, and no more' }
  }
  return { ok: true, verdict: read.verdict }
}

function custodyFaultOf(message: EvidenceMessage, { producers, analysts, recorders }: AdmissionRules, verify: VerifySignature | undefined): Fault | undefined {
  const { id, contentHash, custody: entries, producerId, tsSeconds } = message
  const isKnown = (actor: string): boolean => producers.has(actor as ProducerId) || analysts.has(actor) || recorders.has(actor)
  const fault = custodyFault({ subject: { id, contentHash }, delivery: message, entries, producerId, tsSeconds }, isKnown, verify)
  return fault === undefined ? undefined : { code: 'BROKEN_CUSTODY', field: custodyField(fault), reason: fault.reason }
}

function refuse({ code, field, reason }: Fault, message?: EvidenceMessage, authentic = false): ReportRefusal {
  return { ok: false, code, field, reason, authentic, ...(message === undefined ? {} : { message }) }
}
