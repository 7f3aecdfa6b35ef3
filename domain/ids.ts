/** The names of things: branded so that a view can never be passed where a height is meant. */
import { bytesToHex, hexToBytes } from './hex.js'

declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** Consensus view (round), a safe integer; genesis is view 0. */
export type View = Brand<number, 'View'>
/** Block height, a safe integer; genesis is height 0, heights have no gaps. */
export type Height = Brand<number, 'Height'>
/** Validator-set epoch. */
export type Epoch = Brand<number, 'Epoch'>
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type UnixMillis = Brand<number, 'UnixMillis'>
/** Index of an event in the log, from 0, without gaps. */
export type Position = Brand<number, 'Position'>

/** 32 bytes as 64 lowercase hex digits. */
export type Hex32 = Brand<string, 'Hex32'>
export type BlockHash = Brand<string, 'Hex32' | 'BlockHash'>
export type StateRoot = Brand<string, 'Hex32' | 'StateRoot'>
export type TxId = Brand<string, 'Hex32' | 'TxId'>
export type ChainId = Brand<string, 'Hex32' | 'ChainId'>
/** SHA-256 of the validator's raw Ed25519 public key, lowercase hex. */
export type ValidatorId = Brand<string, 'Hex32' | 'ValidatorId'>
/** Raw Ed25519 public key of a producer, lowercase hex. */
export type ProducerId = Brand<string, 'Hex32' | 'ProducerId'>
/** Canonical lowercase UUID. */
export type AnomalyId = Brand<string, 'AnomalyId'>

export class InvalidValueError extends Error {
  readonly code = 'INVALID_VALUE'
  constructor(readonly field: string, expected: string, got: string) {
    super(`${field} must be ${expected}, got ${got}`)
    this.name = 'InvalidValueError'
  }
}

function safeNatural(field: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidValueError(field, 'a non-negative safe integer', String(value))
  return value
}

const HEX_32 = /^[0-9a-f]{64}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export const asView = (value: number): View => safeNatural('view', value) as View
export const asHeight = (value: number): Height => safeNatural('height', value) as Height
export const asEpoch = (value: number): Epoch => safeNatural('epoch', value) as Epoch
export const asPosition = (value: number): Position => safeNatural('position', value) as Position
export const asMillis = (value: number): UnixMillis => safeNatural('time', value) as UnixMillis

export const isHex32 = (value: string): boolean => HEX_32.test(value)
export const isUuid = (value: string): value is AnomalyId => UUID.test(value)

/** Checks 64 lowercase hex digits and brands them. Throws InvalidValueError naming `field`. */
export function asHex32<T extends string = Hex32>(value: string, field = 'hash'): T {
  if (!HEX_32.test(value)) throw new InvalidValueError(field, '64 lowercase hex digits', `${value.length} characters`)
  return value as T
}

export function asAnomalyId(value: string): AnomalyId {
  if (!UUID.test(value)) throw new InvalidValueError('id', 'a lowercase UUID', `${value.length} characters`)
  return value as AnomalyId
}

/** The 16 bytes of a lowercase UUID, and back. */
export const bytesOfUuid = (id: string): Uint8Array => hexToBytes(id.replaceAll('-', ''))

export function uuidOfBytes<T extends string = AnomalyId>(bytes: Uint8Array): T {
  const hex = bytesToHex(bytes)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-') as T
}

export const GENESIS_VIEW = 0 as View
export const GENESIS_HEIGHT = 0 as Height
export const ZERO_HASH = '0'.repeat(64)
