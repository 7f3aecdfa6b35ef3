/** Standard base64 with padding (RFC 4648 §4), one way to write each value: nobody shall change a signed line and keep its meaning. */
export const encodeBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/** Undefined for anything that `encodeBase64` does not give. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'))
  return encodeBase64(bytes) === text ? bytes : undefined
}
