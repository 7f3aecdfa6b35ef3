/** Our values as PostgreSQL takes them, and back. */

/** Hex digits as bytea is written: bytes made of them would only be written as digits again. */
export const bytesOfHex = (hex: string | null | undefined): string | null => (hex === null || hex === undefined ? null : `\\x${hex}`)
export const bytesOfBase64 = (text: string): Buffer => Buffer.from(text, 'base64')

/** UTC milliseconds as RFC 3339. */
export const timeOfMillis = (millis: number | null | undefined): string | null => (millis === null || millis === undefined ? null : timeText(clampMillis(millis)))
export const timeOfSeconds = (seconds: number | null | undefined): string | null => (seconds === null || seconds === undefined ? null : timeOfMillis(seconds * 1000))

const DAY_MS = 86_400_000
/** The date of the last time that was written: the next one is most likely of the same day, and dates are what takes long. */
let lastDay = { number: 0, date: '1970-01-01' }

function timeText(millis: number): string {
  const number = Math.floor(millis / DAY_MS)
  if (number !== lastDay.number) lastDay = { number, date: new Date(millis).toISOString().slice(0, 10) }
  const inDay = Math.trunc(millis - number * DAY_MS)
  const minutes = Math.floor(inDay / 60_000)
  return `${lastDay.date}T${digits(Math.floor(minutes / 60), 2)}:${digits(minutes % 60, 2)}:${digits(Math.floor((inDay % 60_000) / 1000), 2)}.${digits(inDay % 1000, 3)}Z`
}

/** Without a call for what is long enough. */
const digits = (number: number, length: 2 | 3): string =>
  (number >= (length === 2 ? 10 : 100) ? String(number) : String(number).padStart(length, '0'))

/** A producer may write any 64-bit time; what no calendar has becomes the nearest time it has. */
const clampMillis = (millis: number): number => Math.min(Math.max(millis, -62_135_596_800_000), 253_402_300_799_000)

/** int8 comes as text. */
export const numberOf = (value: string | number | null): number | null => (value === null ? null : Number(value))
export const hexOf = (value: Buffer | null): string | null => (value === null ? null : value.toString('hex'))

/** PostgreSQL text cannot hold a zero character. */
export const plainText = (text: string | null): string | null => (text === null ? null : text.replaceAll('\u0000', '\uFFFD'))
