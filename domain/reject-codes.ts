/** Why a message was refused. Codes are facts about the message, never truth labels about the detection. */
export const REJECT_CODES = [
  'MALFORMED',
  'TOO_LARGE',
  'UNKNOWN_PRODUCER',
  'INVALID_SIGNATURE',
  'HASH_MISMATCH',
  'SKEW',
  'REPLAY',
  'DUPLICATE',
  'UNKNOWN_MODEL',
  'SCORE_MISMATCH',
  'BROKEN_CUSTODY',
  'UNKNOWN_REFERENCE',
] as const

export type RejectCode = (typeof REJECT_CODES)[number]

/** Stable numbers for canonical encodings; a number is never reused. */
export const rejectCodeNumber = (code: RejectCode): number => REJECT_CODES.indexOf(code) + 1

export const rejectCodeFromNumber = (value: number): RejectCode | undefined => REJECT_CODES[value - 1]
