/** What is read: good anomalies as detectors sign them, and garbage by kind, all signed before the clock starts. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { bytesToHex, utf8ToBytes } from '../../domain/bytes.js'
import { createGenesis, DEFAULT_LIMITS, type Genesis } from '../../domain/genesis.js'
import { asAnomalyId } from '../../domain/ids.js'
import { encodeAnomaly, type AnomalyMessage } from '../../domain/message/anomaly.js'
import { signAnomaly } from '../../domain/message/sign-anomaly.js'
import type { Signer } from '../../domain/crypto.js'
import { createSigner } from '../../platform/crypto/ed25519.js'

const signerOf = (name: string): Signer => createSigner(createHash('sha256').update(`bench ${name}`).digest())
export const validator = signerOf('validator-0')
export const producer = signerOf('producer-0')
const stranger = signerOf('stranger')

const named = (name: string, signer: Signer) => ({ name, publicKey: bytesToHex(signer.publicKey) })
export const benchGenesis = (): Genesis => createGenesis({
  format: 1, network: 'bench', createdAt: '2026-01-01T00:00:00Z', epoch: 0, recorders: [], limits: DEFAULT_LIMITS,
  validators: [named('validator-0', validator)], producers: [{ ...named('producer-0', producer), schemes: ['v2'] }],
})

const signed = (signer: Signer, tsSeconds = Math.floor(Date.now() / 1000)): AnomalyMessage => signAnomaly({
  id: asAnomalyId(randomUUID()), type: 'ddos', source: '203.0.113.7', severity: 5, confidence: 0.5, tsSeconds, modelVersion: 'rules-1', nonce: new Uint8Array(randomBytes(16)),
  payload: utf8ToBytes(JSON.stringify({ severity: 5, confidence: 0.5, attack: 'syn-flood', source: '203.0.113.7', packets: 10_000 })),
}, signer, 'v2')

/** By how far into the checks each gets. */
export const KINDS = {
  good: () => encodeAnomaly(signed(producer)),
  'random bytes': () => new Uint8Array(randomBytes(400)),
  'unknown producer': () => encodeAnomaly(signed(stranger)),
  'forged signature': () => encodeAnomaly({ ...signed(producer), signature: new Uint8Array(randomBytes(64)) }),
  'too old': () => encodeAnomaly(signed(producer, Math.floor(Date.now() / 1000) - 3600)),
} as const

export type Kind = keyof typeof KINDS
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[]

export const makeMessages = (kind: Kind, count: number): readonly Uint8Array[] => Array.from({ length: count }, KINDS[kind])
