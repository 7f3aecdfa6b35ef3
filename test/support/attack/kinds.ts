/**
 * The messages of an attacker, by kind, each with the codes that it may end in. Made once and sent again at other places:
 * what is refused is not remembered, so the same bytes meet the same checks. What costs no signature to make is made anew.
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { concatBytes, utf8ToBytes } from '../../../domain/bytes.js'
import type { Signer } from '../../../domain/crypto.js'
import { tagBytes } from '../../../domain/hash.js'
import { asAnomalyId, type AnomalyId } from '../../../domain/ids.js'
import { encodeAnomaly, writeAnomaly, type AnomalyMessage } from '../../../domain/message/anomaly.js'
import { anomalySignBytes, signAnomaly, v1Core, type AnomalyDraft } from '../../../domain/message/sign-anomaly.js'
import type { RejectCode } from '../../../domain/reject-codes.js'
import { createSigner } from '../../../platform/crypto/ed25519.js'

export type AttackGround = {
  /** On the allow-list; under it the attacker claims to speak, and some kinds are really signed by it. */
  readonly producer: Signer
  /** Admitted before the attack begins. */
  readonly admitted: readonly Uint8Array[]
  readonly admittedDrafts: readonly { readonly id: AnomalyId; readonly nonce: Uint8Array }[]
}

export type AttackKind = {
  readonly name: string
  readonly codes: readonly RejectCode[]
  /** How many of a thousand; the rest is shared evenly. */
  readonly perMille?: number
  readonly make: () => Uint8Array
}

export const draftOf = (changes: Partial<AnomalyDraft> = {}): AnomalyDraft => ({
  id: asAnomalyId(randomUUID()), type: 'ddos', source: 'attack', severity: 5, confidence: 0.5, tsSeconds: Math.floor(Date.now() / 1000),
  payload: utf8ToBytes(JSON.stringify({ severity: 5, confidence: 0.5, salt: randomUUID() })), modelVersion: 'attack', nonce: new Uint8Array(randomBytes(16)), ...changes,
})

const OVERSIZE_PER_MILLE = 1
const POOL = 64
const RENEW_MS = 60_000
const HOUR_SECONDS = 3600

export function attackKinds({ producer, admitted, admittedDrafts }: AttackGround): readonly AttackKind[] {
  const stranger = createSigner(new Uint8Array(randomBytes(32)))
  const signed = (changes: Partial<AnomalyDraft> = {}): AnomalyMessage => signAnomaly(draftOf(changes), producer, 'v2')
  const signedOver = (message: AnomalyMessage, bytes: (unsigned: AnomalyMessage) => Uint8Array): Uint8Array =>
    encodeAnomaly({ ...message, signature: producer.sign(bytes(message)) })
  const now = (): number => Math.floor(Date.now() / 1000)
  const anyOf = <T>(list: readonly T[]): T => list[randomInt(list.length)] as T
  const good = Array.from({ length: POOL }, () => signed())
  const goodBytes = good.map(encodeAnomaly)
  const unsigned = (message: AnomalyMessage): Uint8Array => writeAnomaly({ ...message, signature: new Uint8Array(0) })
  const v1 = (): AnomalyMessage => signAnomaly(draftOf(), producer, 'v1')
  /** The signature of a v1 message, offered as v2, and the other way round. */
  const relabelled = (): Uint8Array => (randomInt(2) === 0 ? encodeAnomaly({ ...v1(), alg: 'Ed25519-v2' }) : encodeAnomaly({ ...signed(), alg: 'Ed25519' }))
  const foreignDomain = (): Uint8Array => anyOf([
    () => signedOver(signed(), (message) => concatBytes(tagBytes('cybermesh/policy/v2'), unsigned(message))),
    () => signedOver(signed(), (message) => concatBytes(tagBytes('cybermesh/evidence/v2'), unsigned(message))),
    () => signedOver(signed(), (message) => concatBytes(utf8ToBytes('ai.evidence.v1'), v1Core(message))),
    () => signedOver({ ...signed(), alg: 'Ed25519' }, (message) => concatBytes(utf8ToBytes('ai.policy.v1'), v1Core(message))),
    () => signedOver({ ...signed(), alg: 'Ed25519' }, (message) => anomalySignBytes(message, 'v2')),
  ])()
  const big = (bytes: number): Uint8Array => encodeAnomaly(signed({ payload: utf8ToBytes(JSON.stringify({ severity: 5, confidence: 0.5, fill: 'x'.repeat(bytes) })) }))
  const wrongHash = (): Uint8Array => signedOver({ ...signed(), contentHash: new Uint8Array(randomBytes(32)) }, (message) => anomalySignBytes(message, 'v2'))
  const byStranger = (): AnomalyMessage => signAnomaly(draftOf(), stranger, 'v2')

  /** Some of a kind over and over; new ones after a while, for what is a minute old may be refused for its age alone. */
  const again = (make: () => Uint8Array, count = POOL): (() => Uint8Array) => {
    let made: readonly Uint8Array[] = []
    let madeAt = -Infinity
    return () => {
      if (performance.now() - madeAt > RENEW_MS) {
        made = Array.from({ length: count }, make)
        madeAt = performance.now()
      }
      return anyOf(made)
    }
  }
  return [
    { name: 'mutated', codes: ['MALFORMED', 'UNKNOWN_PRODUCER', 'INVALID_SIGNATURE', 'TOO_LARGE'], make: () => mutate(anyOf(goodBytes)) },
    { name: 'forged signature', codes: ['INVALID_SIGNATURE'], make: () => encodeAnomaly({ ...anyOf(good), signature: new Uint8Array(randomBytes(64)) }) },
    { name: 'key of another', codes: ['INVALID_SIGNATURE'], make: again(() => encodeAnomaly({ ...byStranger(), producerId: producer.publicKey, pubkey: producer.publicKey })) },
    { name: 'pubkey not of the producer', codes: ['UNKNOWN_PRODUCER'], make: again(() => encodeAnomaly({ ...byStranger(), producerId: producer.publicKey })) },
    { name: 'stranger', codes: ['UNKNOWN_PRODUCER'], make: again(() => encodeAnomaly(byStranger())) },
    { name: 'wrong content hash', codes: ['HASH_MISMATCH'], make: again(wrongHash) },
    { name: 'replayed nonce', codes: ['REPLAY'], make: again(() => encodeAnomaly(signed({ nonce: anyOf(admittedDrafts).nonce }))) },
    { name: 'id taken', codes: ['DUPLICATE'], make: again(() => encodeAnomaly(signed({ id: anyOf(admittedDrafts).id }))) },
    { name: 'duplicate', codes: ['DUPLICATE'], make: () => anyOf(admitted) },
    { name: 'too old', codes: ['SKEW'], make: again(() => encodeAnomaly(signed({ tsSeconds: now() - HOUR_SECONDS }))) },
    { name: 'ahead of time', codes: ['SKEW'], make: again(() => encodeAnomaly(signed({ tsSeconds: now() + 24 * HOUR_SECONDS }))) },
    { name: 'payload too large', codes: ['TOO_LARGE'], perMille: OVERSIZE_PER_MILLE, make: again(() => big(300 * 1024), 4) },
    { name: 'message too large', codes: ['TOO_LARGE'], perMille: OVERSIZE_PER_MILLE, make: again(() => new Uint8Array(randomBytes(1024 * 1024 + 1)), 2) },
    { name: 'payload says otherwise', codes: ['MALFORMED'], make: again(() => encodeAnomaly(signed({ severity: 6 }))) },
    { name: 'JSON', codes: ['MALFORMED'], make: () => utf8ToBytes(JSON.stringify({ id: randomUUID(), type: 'ddos', severity: 5, confidence: 0.5 })) },
    { name: 'other scheme', codes: ['INVALID_SIGNATURE'], make: again(relabelled) },
    { name: 'other domain', codes: ['INVALID_SIGNATURE'], make: again(foreignDomain) },
    { name: 'empty', codes: ['MALFORMED'], make: () => new Uint8Array(0) },
    { name: 'random bytes', codes: ['MALFORMED'], make: () => new Uint8Array(randomBytes(1 + randomInt(600))) },
  ]
}

/** One to four small changes: a flipped bit, a cut, a byte put in, a piece repeated. Never the same bytes again. */
export function mutate(bytes: Uint8Array): Uint8Array {
  let changed = Buffer.from(bytes)
  for (let left = 1 + randomInt(4); left > 0; left--) {
    const at = randomInt(changed.length)
    switch (randomInt(4)) {
      case 0: changed[at] = (changed[at] as number) ^ (1 << randomInt(8)); break
      case 1: changed = Buffer.from(changed.subarray(0, Math.max(1, at))); break
      case 2: changed = Buffer.concat([changed.subarray(0, at), randomBytes(1), changed.subarray(at)]); break
      case 3: changed = Buffer.concat([changed, changed.subarray(at)]); break
    }
  }
  if (Buffer.compare(changed, bytes) === 0) return mutate(bytes)
  return new Uint8Array(changed)
}

/** Draws kinds by their weights. */
export function kindDrawer(kinds: readonly AttackKind[]): () => number {
  const rare = kinds.flatMap(({ perMille }, i) => (perMille === undefined ? [] : [{ i, perMille }]))
  const common = kinds.flatMap(({ perMille }, i) => (perMille === undefined ? [i] : []))
  return () => {
    let ticket = randomInt(1000)
    for (const { i, perMille } of rare) {
      if (ticket < perMille) return i
      ticket -= perMille
    }
    return common[randomInt(common.length)] as number
  }
}
