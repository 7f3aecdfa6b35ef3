/** The 16 bytes of an event id, a lowercase UUID, as bytes and as words of the same memory. */
export const ID_BYTES = 16

export type IdKey = { readonly bytes: Buffer; readonly words: Int32Array }

export function createIdKey(): IdKey {
  const memory = new ArrayBuffer(ID_BYTES)
  return { bytes: Buffer.from(memory), words: new Int32Array(memory) }
}

/** Where the two digits of each byte begin; dashes are between some. */
const DIGITS_AT = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34)
const NINE = 57

/** @param id a lowercase UUID */
export function setKey({ bytes }: IdKey, id: string): void {
  for (let i = 0; i < ID_BYTES; i++) {
    const at = DIGITS_AT[i] as number
    bytes[i] = digitOf(id.charCodeAt(at)) * 16 + digitOf(id.charCodeAt(at + 1))
  }
}

const digitOf = (code: number): number => (code <= NINE ? code - 48 : code - 87)

/** A double holds 53 bits exactly: the first 32 of an id and 21 for its index. */
const INDEX_SPAN = 2 ** 21

/**
 * Indexes of ids that stand one after the other, nearly in the order of their keys: neighbours share a page, which is
 * then found and copied once. Numbers sort natively, ten times faster than texts do with a comparison in JavaScript.
 */
export function inKeyOrder(ids: Buffer): Iterable<number> {
  const count = ids.length / ID_BYTES
  if (count > INDEX_SPAN) return Array.from({ length: count }, (_, i) => i)
  return Float64Array.from({ length: count }, (_, i) => ids.readUInt32BE(i * ID_BYTES) * INDEX_SPAN + i).sort().map((ranked) => ranked % INDEX_SPAN)
}
