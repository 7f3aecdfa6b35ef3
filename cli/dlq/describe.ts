/** A dead letter as a document: what was refused, by whom it came, why, what became of it and what to do. */
import type { Genesis } from '../../domain/genesis.js'
import { bytesToHex } from '../../domain/bytes.js'
import type { UnixMillis } from '../../domain/ids.js'
import { decodeAnomaly } from '../../domain/message/anomaly.js'
import { anomalyOfRef } from '../../domain/message/anomaly-ref.js'
import { decodeEvidenceMessage, type EvidenceMessage } from '../../domain/message/evidence-event.js'
import { decodePolicy, type PolicyMessage } from '../../domain/message/policy.js'
import type { RulesNow } from '../../domain/policy/read-rules.js'
import { textOfParams } from '../../domain/policy/policy.js'
import { VERDICT_TYPE } from '../../domain/verdict/verdict.js'
import { forecast, originText, REASONS, TOPICS, whyRefused, type ReceivedLetter } from '../../ingest/index.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import type { Fate } from './fates.js'
import { nameOf } from './open-letters.js'
import { inWords } from './run-replay.js'

export type LetterLine = {
  readonly letter: string
  readonly at: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly code: string
  readonly reason: string
  /** null where the message is none of an anomaly. */
  readonly anomalyId: string | null
  readonly bytes: number
  /** By a recorder of genesis. */
  readonly signed: boolean
}

export const lineOf = (letter: ReceivedLetter): LetterLine => ({
  letter: nameOf(letter), at: new Date(letter.at).toISOString(), ...letter.origin, code: letter.code, reason: REASONS[letter.code].what,
  anomalyId: letter.anomalyId ?? null, bytes: letter.bytes.length, signed: letter.isSigned,
})

export type LetterDocument = LetterLine & {
  /** The check that failed, repeated on the bytes; null where only the validators' memory says it. */
  readonly why: string | null
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  /** null where the bytes are no message. */
  readonly message: Readonly<Record<string, unknown>> | null
  /** First bytes of what could not be decoded, hex. */
  readonly head: string | null
  readonly lives: readonly { readonly kind: Fate['kind']; readonly id: string; /** null where it is none */ readonly anomalyId: string | null; readonly state: string; readonly at: string | null }[]
  /** Where it was sent again; null where it was not. */
  readonly replayedTo: string | null
  readonly forecast: string
  readonly advice: string
}

const HEAD_BYTES = 64

export function describeLetter(letter: ReceivedLetter, genesis: Genesis, rules: RulesNow, fates: readonly Fate[], replayedTo: string | null): LetterDocument {
  const verify = createVerifier()
  const check = whyRefused(letter, rules, verify)
  const message = messageIn(letter, genesis)
  return {
    ...lineOf(letter),
    why: check.ok ? null : `${check.code}: ${check.field} ${check.reason}`,
    key: letter.key === undefined ? null : bytesToHex(letter.key),
    headers: letter.headers ?? {},
    message,
    head: message !== null ? null : bytesToHex(letter.bytes.slice(0, HEAD_BYTES)),
    lives: fates.map(({ kind, id, state, origin }) => ({ kind, id, anomalyId: kind === 'anomaly' ? id : null, state, at: origin === null ? null : originText(origin) })),
    replayedTo,
    forecast: inWords(forecast(letter, Date.now() as UnixMillis, rules, verify)),
    advice: REASONS[letter.code].advice,
  }
}

/** The topic says what the bytes should be. */
function messageIn({ bytes, origin }: ReceivedLetter, genesis: Genesis): Readonly<Record<string, unknown>> | null {
  if (origin.topic === TOPICS.evidence.name) {
    const decoded = decodeEvidenceMessage(bytes)
    return decoded.ok ? reportOf(decoded.message) : null
  }
  if (origin.topic === TOPICS.policy.name) {
    const decoded = decodePolicy(bytes)
    return decoded.ok ? policyOf(decoded.message) : null
  }
  const decoded = decodeAnomaly(bytes)
  return decoded.ok ? messageOf(decoded.message, genesis) : null
}

function reportOf({ id, evidenceType, refs, proofBlob, custody, tsSeconds, producerId, contentHash, alg }: EvidenceMessage): Readonly<Record<string, unknown>> {
  return {
    id, evidenceType, time: new Date(tsSeconds * 1000).toISOString(), reporter: bytesToHex(producerId), alg, contentHash: bytesToHex(contentHash), proofBytes: proofBlob.length,
    refs: refs.map(bytesToHex), anomalies: refs.flatMap((ref) => anomalyOfRef(ref) ?? []),
    custody: custody.map(({ actorId, tsSeconds: at }) => `${bytesToHex(actorId)} ${at}`),
    ...(evidenceType === VERDICT_TYPE ? { verdict: new TextDecoder().decode(proofBlob) } : {}),
  }
}

const policyOf = ({ id, action, rule, params, tsSeconds, producerId, contentHash, alg }: PolicyMessage): Readonly<Record<string, unknown>> => ({
  id, action, rule, params: textOfParams(params) ?? null, time: new Date(tsSeconds * 1000).toISOString(), authority: bytesToHex(producerId), alg, contentHash: bytesToHex(contentHash),
})

type Message = Extract<ReturnType<typeof decodeAnomaly>, { ok: true }>['message']

function messageOf({ payload, producerId, contentHash, nonce, signature, pubkey, tsSeconds, ...plain }: Message, genesis: Genesis): Readonly<Record<string, unknown>> {
  const producer = bytesToHex(producerId)
  return {
    ...plain,
    time: new Date(tsSeconds * 1000).toISOString(),
    producer, producerName: genesis.producers.find(({ publicKey }) => publicKey === producer)?.name ?? null,
    pubkey: bytesToHex(pubkey), nonce: bytesToHex(nonce), contentHash: bytesToHex(contentHash), signature: bytesToHex(signature),
    payload: new TextDecoder().decode(payload),
  }
}
