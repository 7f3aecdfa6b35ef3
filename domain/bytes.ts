/** Canonical fixed-width byte encoding: big-endian, length-prefixed, one way to write each value. */
import { bytesToHex, concatBytes, hexInto, hexToBytes, utf8ToBytes } from './hex.js'

export { bytesToHex, concatBytes, hexToBytes, utf8ToBytes }

export class DecodeError extends Error {
  readonly code = 'DECODE'
  constructor(readonly field: string, reason: string) {
    super(`cannot decode ${field}: ${reason}`)
    this.name = 'DecodeError'
  }
}

const MAX_U8 = 0xff
const MAX_U32 = 0xffff_ffff
const TWO_32 = 0x1_0000_0000

type Room = { readonly bytes: Uint8Array; readonly view: DataView }

const roomOf = (sizeBytes: number): Room => {
  const bytes = new Uint8Array(sizeBytes)
  return { bytes, view: new DataView(bytes.buffer) }
}

/**
 * Room of finished writers, for the next ones: an array of more than 64 bytes lies outside the engine's own memory, and
 * making one costs as much as hashing it does. A few are enough, since writers are seldom nested deeper.
 */
const spare: Room[] = []
const SPARE_ROOMS = 8
const LEAST_ROOM_BYTES = 4096
/** A block of some hundred transactions grows its room to this; what is larger is rare and made anew. */
const LARGEST_SPARE_BYTES = 1024 * 1024

function takeRoom(sizeBytes: number): Room {
  const room = spare.pop()
  return room !== undefined && room.bytes.length >= sizeBytes ? room : roomOf(Math.max(sizeBytes, LEAST_ROOM_BYTES))
}

function giveBack(room: Room): void {
  if (room.bytes.length <= LARGEST_SPARE_BYTES && spare.length < SPARE_ROOMS) spare.push(room)
}

/** Grows one buffer; every method appends and returns the writer. */
export class ByteWriter {
  #room: Room | undefined
  #buffer: Uint8Array
  #view: DataView
  #length = 0

  constructor(initialSize = 256) {
    this.#room = takeRoom(initialSize)
    this.#buffer = this.#room.bytes
    this.#view = this.#room.view
  }

  u8(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > MAX_U8) throw new RangeError(`u8 out of range: ${value}`)
    this.#reserve(1)
    this.#view.setUint8(this.#length, value)
    this.#length += 1
    return this
  }

  u32(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > MAX_U32) throw new RangeError(`u32 out of range: ${value}`)
    this.#reserve(4)
    this.#view.setUint32(this.#length, value)
    this.#length += 4
    return this
  }

  /** A safe integer as unsigned 64-bit big-endian. */
  u64(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`u64 out of range: ${value}`)
    this.#reserve(8)
    this.#view.setUint32(this.#length, Math.floor(value / TWO_32))
    this.#view.setUint32(this.#length + 4, value % TWO_32)
    this.#length += 8
    return this
  }

  /** Raw bytes without a length: only for fields of fixed width. */
  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  /** 32 bytes given as 64 hex digits. */
  hash(hex: string): this {
    if (hex.length !== 64) throw new RangeError(`hash of ${hex.length / 2} bytes`)
    this.#reserve(32)
    hexInto(hex, this.#buffer, this.#length)
    this.#length += 32
    return this
  }

  /** Length as u32, then the bytes. */
  blob(bytes: Uint8Array): this {
    return this.u32(bytes.length).raw(bytes)
  }

  text(value: string): this {
    return this.blob(utf8ToBytes(value))
  }

  finish(): Uint8Array {
    const bytes = this.#buffer.slice(0, this.#length)
    if (this.#room !== undefined) giveBack(this.#room)
    // The room belongs to another writer from here on. Should this one go on, its buffer is full and it grows into one of its own.
    this.#room = undefined
    this.#buffer = bytes
    return bytes
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#buffer.length) return
    const grown = roomOf(Math.max(needed, this.#buffer.length * 2))
    grown.bytes.set(this.#buffer.subarray(0, this.#length))
    this.#room = grown
    this.#buffer = grown.bytes
    this.#view = grown.view
  }
}

/** Reads what ByteWriter wrote; every method names the field it reads, for the error. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#take(1, field))
  }

  u32(field: string): number {
    return this.#view.getUint32(this.#take(4, field))
  }

  u64(field: string): number {
    const value = this.#view.getBigUint64(this.#take(8, field))
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new DecodeError(field, 'exceeds 2^53-1')
    return Number(value)
  }

  raw(length: number, field: string): Uint8Array {
    const start = this.#take(length, field)
    // Not slice: a Node Buffer, which is a Uint8Array too, would give a view that changes with the input.
    return new Uint8Array(this.#bytes.subarray(start, start + length))
  }

  hash(field: string): string {
    return bytesToHex(this.raw(32, field))
  }

  /** @param limit largest accepted length in bytes */
  blob(limit: number, field: string): Uint8Array {
    const length = this.u32(field)
    if (length > limit) throw new DecodeError(field, `${length} bytes exceed the limit of ${limit}`)
    return this.raw(length, field)
  }

  text(limit: number, field: string): string {
    const bytes = this.blob(limit, field)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      throw new DecodeError(field, 'not UTF-8')
    }
  }

  /** A list length, refused above `limit` before anything is allocated. */
  count(limit: number, field: string): number {
    const count = this.u32(field)
    if (count > limit) throw new DecodeError(field, `${count} items exceed the limit of ${limit}`)
    return count
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  /** Refuses trailing bytes, so each value has exactly one encoding. */
  end(field: string): void {
    if (this.remaining !== 0) throw new DecodeError(field, `${this.remaining} trailing bytes`)
  }

  #take(length: number, field: string): number {
    if (this.remaining < length) throw new DecodeError(field, `needs ${length} bytes, ${this.remaining} left`)
    const start = this.#offset
    this.#offset += length
    return start
  }
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
