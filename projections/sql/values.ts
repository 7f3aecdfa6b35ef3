/** Our values as PostgreSQL takes them, and back. */

/** Hex digits as bytea is written: bytes made of them would only be written as digits again. */
export const bytesOfHex = (hex: string | null | undefined): string | null => (hex === null || hex === undefined ? null : `\\x${hex}`)
export const bytesOfBase64 = (text: string): Buffer => Buffer.from(text, 'base64')

/** UTC milliseconds as RFC 3339. */
export const timeOfMillis = (millis: number | null | undefined): string | null => (millis === null || millis === undefined ? null : new Date(clampMillis(millis)).toISOString())
export const timeOfSeconds = (seconds: number | null | undefined): string | null => (seconds === null || seconds === undefined ? null : timeOfMillis(seconds * 1000))

/** A producer may write any 64-bit time; what no calendar has becomes the nearest time it has. */
const clampMillis = (millis: number): number => Math.min(Math.max(millis, -62_135_596_800_000), 253_402_300_799_000)

/** int8 comes as text. */
export const numberOf = (value: string | number | null): number | null => (value === null ? null : Number(value))
export const hexOf = (value: Buffer | null): string | null => (value === null ? null : value.toString('hex'))

/** PostgreSQL text cannot hold a zero character. */
export const plainText = (text: string | null): string | null => (text === null ? null : text.replaceAll('\u0000', '\uFFFD'))
