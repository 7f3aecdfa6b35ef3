/** The 16 bytes of an event id, which is a lowercase UUID. */
export const ID_BYTES = 16
export const ID_WORDS = ID_BYTES / 4

/** Where the two digits of each byte begin; dashes are between some. */
const DIGITS_AT = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34)
const NINE = 57

/** Writes them from `at` on, as far as there is room. @param id a lowercase UUID */
export function writeId(bytes: Uint8Array, at: number, id: string): void {
  for (let i = 0; i < ID_BYTES; i++) {
    const digit = DIGITS_AT[i] as number
    bytes[at + i] = digitOf(id.charCodeAt(digit)) * 16 + digitOf(id.charCodeAt(digit + 1))
  }
}

const digitOf = (code: number): number => (code <= NINE ? code - 48 : code - 87)
