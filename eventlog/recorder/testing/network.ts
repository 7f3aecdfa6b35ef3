/** A small network with real keys for tests: genesis, producers that sign messages, validators that sign receipts. */
import { createSigner, verifySignature } from '../../../platform/crypto/ed25519.js'
import { bytesToHex, utf8ToBytes } from '../../../domain/bytes.js'
import type { Signer } from '../../../domain/crypto.js'
import { createGenesis, DEFAULT_LIMITS, validatorSetOf, type Genesis, type GenesisBody, type ValidatorSet } from '../../../domain/genesis.js'
import { sha256, sha256Hex } from '../../../domain/hash.js'
import type { AnomalyId, Hex32, UnixMillis } from '../../../domain/ids.js'
import { encodeAnomaly, type AnomalyMessage } from '../../../domain/message/anomaly.js'
import { signAnomaly, type SignScheme } from '../../../domain/message/sign-anomaly.js'
import { receiptSignBytes, type AdmissionReceipt, type Origin, type UnsignedReceipt, type Verdict } from '../../../domain/receipt.js'

export const NOW = 1_760_000_000_000 as UnixMillis

export const signerOf = (name: string): Signer => createSigner(sha256(utf8ToBytes(`test key ${name}`)))

export type TestNetwork = {
  readonly genesis: Genesis
  readonly set: ValidatorSet
  readonly validators: readonly Signer[]
  readonly producers: readonly Signer[]
  readonly recorder: Signer
  readonly verify: typeof verifySignature
  message(options?: MessageOptions): Uint8Array
  /** Signs the next receipt of one validator. */
  receipt(validator: number, origin: Origin, bytes: Uint8Array, verdict: Verdict, at?: UnixMillis): AdmissionReceipt
}

export type MessageOptions = {
  readonly signer?: Signer
  readonly id?: AnomalyId
  readonly atMs?: number
  readonly nonce?: Uint8Array
  readonly scheme?: SignScheme
  readonly payload?: Uint8Array
  /** Changes the message after it was signed. */
  readonly tamper?: (message: AnomalyMessage) => AnomalyMessage
}

/** @param more what its genesis says besides */
export function createTestNetwork(validatorCount = 5, more: Partial<GenesisBody> = {}): TestNetwork {
  const validators = Array.from({ length: validatorCount }, (_, i) => signerOf(`validator ${i}`))
  const producers = [signerOf('producer 0'), signerOf('producer 1')]
  const recorder = signerOf('recorder')
  const named = (prefix: string, signers: readonly Signer[]) => signers.map((signer, i) => ({ name: `${prefix}-${i}`, publicKey: bytesToHex(signer.publicKey) }))
  const genesis = createGenesis({
    format: 1, network: 'test', createdAt: '2026-01-01T00:00:00Z', epoch: 0,
    validators: named('validator', validators),
    producers: named('producer', producers).map((entry) => ({ ...entry, schemes: ['v1', 'v2'] })),
    recorders: named('recorder', [recorder]),
    limits: DEFAULT_LIMITS,
    ...more,
  })
  const set = validatorSetOf(genesis)
  const sequences = new Map<number, number>()
  let counter = 0

  return {
    genesis, set, validators, producers, recorder, verify: verifySignature,
    message({ signer = producers[0] as Signer, id, atMs = NOW, nonce, scheme = 'v2', payload, tamper } = {}) {
      counter += 1
      const signed = signAnomaly({
        id: id ?? testId(counter), type: 'ddos', source: 'test', severity: 7, confidence: 0.9, modelVersion: 'test-1',
        tsSeconds: Math.floor(atMs / 1000), payload: payload ?? utf8ToBytes(JSON.stringify({ severity: 7, confidence: 0.9, n: counter })),
        nonce: nonce ?? sha256(utf8ToBytes(`nonce ${counter}`)).slice(0, 16),
      }, signer, scheme)
      return encodeAnomaly(tamper === undefined ? signed : tamper(signed))
    },
    receipt(validator, origin, bytes, verdict, at = NOW) {
      const sequence = sequences.get(validator) ?? 0
      sequences.set(validator, sequence + 1)
      const id = set.validators[validator]?.id
      if (id === undefined) throw new RangeError(`no validator ${validator}`)
      const unsigned: UnsignedReceipt = { validator: id, sequence, origin, messageHash: sha256Hex(bytes) as Hex32, verdict, at }
      return { ...unsigned, signature: (validators[validator] as Signer).sign(receiptSignBytes(set.chainId, unsigned)) }
    },
  }
}

/** The same number always gives the same version 4 UUID. */
export function testId(number: number): AnomalyId {
  const hex = sha256Hex(utf8ToBytes(`id ${number}`))
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}` as AnomalyId
}

export const ADMITTED: Verdict = { kind: 'admitted' }
export const refusedWith = (code: Extract<Verdict, { kind: 'rejected' }>['code']): Verdict => ({ kind: 'rejected', code })
