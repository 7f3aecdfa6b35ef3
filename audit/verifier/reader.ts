/** Reads big-endian fixed-width bytes and knows which part of the bundle it reads, for the error. */
import { hexOf } from './bytes.js'
import { demand, type Part } from './fault.js'

export class Reader {
  #at = 0
  constructor(readonly bytes: Uint8Array, readonly part: Part) {}

  get at(): number {
    return this.#at
  }

  raw(length: number, field: string): Uint8Array {
    demand(this.bytes.length - this.#at >= length, this.part, `ends inside ${field}`)
    this.#at += length
    return this.bytes.slice(this.#at - length, this.#at)
  }

  hex(field: string): string {
    return hexOf(this.raw(32, field))
  }

  u8(field: string): number {
    return this.raw(1, field)[0] as number
  }

  u32(field: string): number {
    return new DataView(this.raw(4, field).buffer).getUint32(0)
  }

  /** At most 2^53-1. */
  u64(field: string): number {
    const value = new DataView(this.raw(8, field).buffer).getBigUint64(0)
    demand(value <= BigInt(Number.MAX_SAFE_INTEGER), this.part, `${field} is larger than any that is in use`)
    return Number(value)
  }

  /** A length, refused above `limit` before anything is read by it. */
  count(limit: number, field: string): number {
    const count = this.u32(field)
    demand(count <= limit, this.part, `${field} has ${count} items, at most ${limit} are allowed`)
    return count
  }

  end(): void {
    demand(this.#at === this.bytes.length, this.part, `${this.bytes.length - this.#at} bytes too many`)
  }
}
