/** Times of events as SQL takes them. The log can hold any 64-bit time, and one that no calendar has must cost no row. */
import { timeOfMillis } from '../sql/values.js'

/** 0001-01-01T00:00:00Z. */
const FIRST_MS = -62_135_596_800_000
/** 9999-12-31T23:59:59Z. */
const LAST_MS = 253_402_300_799_000

/** What no calendar has becomes the nearest second it has. */
export const calendarMillis = (millis: number): number => Math.min(Math.max(millis, FIRST_MS), LAST_MS)

/** UTC milliseconds as RFC 3339, in a year that calendars have. */
export const eventTime = (millis: number | null | undefined): string | null =>
  timeOfMillis(millis === null || millis === undefined ? millis : calendarMillis(millis))
