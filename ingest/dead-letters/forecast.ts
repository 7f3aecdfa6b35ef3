/**
 * Would the message of a dead letter be let in if it were sent again? The same check that validators make, with the
 * rules of today and the clock of today. What they remember (nonces, ids) is theirs: it is judged by the reason code.
 */
import type { VerifySignature } from '../../domain/crypto.js'
import { asHeight, type Height, type UnixMillis } from '../../domain/ids.js'
import { checkAnomaly } from '../../domain/message/check-anomaly.js'
import { checkPolicy } from '../../domain/message/check-policy.js'
import { checkReport } from '../../domain/message/check-report.js'
import type { RulesNow } from '../../domain/policy/read-rules.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import { MESSAGE_KINDS } from '../transport/transport.js'
import { holdsMessage, type ReceivedLetter } from './letter.js'
import { REASONS } from './reasons.js'

export type Forecast =
  | { readonly kind: 'passes'; /** the last moment at which it does */ readonly until: UnixMillis; readonly below?: Height }
  /** Its time has not come yet. A policy passes in blocks below its effective height alone. */
  | { readonly kind: 'later'; readonly from: UnixMillis; readonly until: UnixMillis; readonly below?: Height }
  | { readonly kind: 'refused'; readonly code: RejectCode; readonly reason: string }
  /** The letter does not carry the bytes that were refused. */
  | { readonly kind: 'not-kept' }

type Reading = { readonly message: { readonly tsSeconds: number }; /** of a policy */ readonly below?: Height }

/** What the checks of all kinds have in common. */
export type LetterCheck =
  | ({ readonly ok: true } & Reading)
  | ({ readonly ok: false; readonly code: RejectCode; readonly field: string; readonly reason: string } & Partial<Reading>)

type Judged = Pick<ReceivedLetter, 'bytes' | 'at' | 'origin' | 'code'>

/** Below every block: no effective height is too low for it. */
const NO_HEIGHT = asHeight(0)

/**
 * Why the validators refused it, as exactly as it can be said from the bytes; `ok` where the bytes are in order. Which
 * height they looked at is not known: where they did not say that the time was wrong, the height was not either.
 */
export const whyRefused = (letter: Judged, { rules, height }: RulesNow, verify: VerifySignature): LetterCheck =>
  checkLetter(letter, letter.at, { rules, height: letter.code === 'SKEW' ? height : NO_HEIGHT }, verify)

/** The topic says what kind of message it is. */
function checkLetter({ bytes, origin }: Pick<Judged, 'bytes' | 'origin'>, at: UnixMillis, { rules, height }: RulesNow, verify: VerifySignature): LetterCheck {
  switch (MESSAGE_KINDS.get(origin.topic)) {
    case 'policy': {
      const check = checkPolicy(bytes, at, height, rules, verify)
      return check.ok ? { ok: true, message: check.message, below: check.policy.effectiveHeight } : check
    }
    case 'report': return checkReport(bytes, at, rules, verify)
    default: return checkAnomaly(bytes, at, rules, verify)
  }
}

export function forecast(letter: ReceivedLetter, now: UnixMillis, { rules, height }: RulesNow, verify: VerifySignature): Forecast {
  if (!holdsMessage(letter)) return { kind: 'not-kept' }
  const check = checkLetter(letter, now, { rules, height: NO_HEIGHT }, verify)
  if (!check.ok && check.code !== 'SKEW') return { kind: 'refused', code: check.code, reason: `${check.field} ${check.reason}` }
  const { tsSeconds } = check.message as Reading['message']
  const [from, until] = [tsSeconds * 1000 - rules.limits.skewMs, tsSeconds * 1000 + rules.limits.skewMs] as [UnixMillis, UnixMillis]
  if (now > until) return { kind: 'refused', code: 'SKEW', reason: `ts is ${Math.round((now - until) / 1000)} s too old` }
  // Once more at the time at which it fits: what a wrong time hid is seen then.
  const timely = check.ok ? check : checkLetter(letter, from, { rules, height: NO_HEIGHT }, verify)
  const below = timely.ok ? timely.below : undefined
  if (below !== undefined && below <= height) return { kind: 'refused', code: 'SKEW', reason: `its effective height ${below} is not above ${height}, the height of the next block` }
  if (now < from) return { kind: 'later', from, until, ...(below === undefined ? {} : { below }) }
  // The bytes are in order, so it was something that validators remember, and they still do.
  if (REASONS[letter.code].repair === 'never') return { kind: 'refused', code: letter.code, reason: REASONS[letter.code].what }
  return { kind: 'passes', until, ...(below === undefined ? {} : { below }) }
}
