/** The 16 bytes of an event id as bytes and as words of the same memory. */
import { ID_BYTES, ID_WORDS, writeId } from '../id-bytes.js'

export type IdKey = { readonly bytes: Buffer; readonly words: Int32Array }

export function createIdKey(): IdKey {
  const memory = new ArrayBuffer(ID_BYTES)
  return { bytes: Buffer.from(memory), words: new Int32Array(memory) }
}

/** @param id a lowercase UUID */
export const setKey = ({ bytes }: IdKey, id: string): void => writeId(bytes, 0, id)

/** Makes the key the id whose first word is at index `at`. */
export function copyKey({ words }: IdKey, from: Int32Array, at: number): void {
  // Four words: to call for a copy of 16 bytes takes longer than the copy.
  for (let i = 0; i < ID_WORDS; i++) words[i] = from[at + i] as number
}
