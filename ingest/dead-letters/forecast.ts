/**
 * Would the message of a dead letter be let in if it were sent again? The same check that validators make, with the
 * rules of today and the clock of today. What they remember (nonces, ids) is theirs: it is judged by the reason code.
 */
import type { VerifySignature } from '../../domain/crypto.js'
import type { UnixMillis } from '../../domain/ids.js'
import { checkAnomaly, type AdmissionRules } from '../../domain/message/check-anomaly.js'
import { checkReport } from '../../domain/message/check-report.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import { MESSAGE_KINDS } from '../transport/transport.js'
import { holdsMessage, type ReceivedLetter } from './letter.js'
import { REASONS } from './reasons.js'

export type Forecast =
  | { readonly kind: 'passes'; /** the last moment at which it does */ readonly until: UnixMillis }
  /** Its time has not come yet. */
  | { readonly kind: 'later'; readonly from: UnixMillis; readonly until: UnixMillis }
  | { readonly kind: 'refused'; readonly code: RejectCode; readonly reason: string }
  /** The letter does not carry the bytes that were refused. */
  | { readonly kind: 'not-kept' }

/** What both kinds of check have in common. */
export type LetterCheck =
  | { readonly ok: true; readonly message: { readonly tsSeconds: number } }
  | { readonly ok: false; readonly code: RejectCode; readonly field: string; readonly reason: string; readonly message?: { readonly tsSeconds: number } }

/** Why the validators refused it, as exactly as it can be said from the bytes; `ok` where the bytes are in order. */
export const whyRefused = (letter: Pick<ReceivedLetter, 'bytes' | 'at' | 'origin'>, rules: AdmissionRules, verify: VerifySignature): LetterCheck => checkLetter(letter, letter.at, rules, verify)

/** The topic says what kind of message it is. */
function checkLetter({ bytes, origin }: Pick<ReceivedLetter, 'bytes' | 'origin'>, at: UnixMillis, rules: AdmissionRules, verify: VerifySignature): LetterCheck {
  return MESSAGE_KINDS.get(origin.topic) === 'report' ? checkReport(bytes, at, rules, verify) : checkAnomaly(bytes, at, rules, verify)
}

export function forecast(letter: ReceivedLetter, now: UnixMillis, rules: AdmissionRules, verify: VerifySignature): Forecast {
  if (!holdsMessage(letter)) return { kind: 'not-kept' }
  const check = checkLetter(letter, now, rules, verify)
  if (!check.ok && check.code !== 'SKEW') return { kind: 'refused', code: check.code, reason: `${check.field} ${check.reason}` }
  const { from, until } = windowOf(check.message as { readonly tsSeconds: number }, rules)
  if (now < from) return { kind: 'later', from, until }
  if (now > until) return { kind: 'refused', code: 'SKEW', reason: `ts is ${Math.round((now - until) / 1000)} s too old` }
  // The bytes are in order, so it was something that validators remember, and they still do.
  if (REASONS[letter.code].repair === 'never') return { kind: 'refused', code: letter.code, reason: REASONS[letter.code].what }
  return { kind: 'passes', until }
}

function windowOf({ tsSeconds }: { readonly tsSeconds: number }, { limits }: AdmissionRules): { readonly from: UnixMillis; readonly until: UnixMillis } {
  return { from: (tsSeconds * 1000 - limits.skewMs) as UnixMillis, until: (tsSeconds * 1000 + limits.skewMs) as UnixMillis }
}
