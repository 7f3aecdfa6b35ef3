/**
 * Policies that an authority signed and that no block can carry any more: the chain has come to their height, or their
 * time is over. Validators drop them then, so the recorder says it. A block that carries one after all outranks that.
 */
import { asHeight, asMillis, type UnixMillis } from '../../domain/ids.js'
import { checkPolicy } from '../../domain/message/check-policy.js'
import { decodePolicy } from '../../domain/message/policy.js'
import { policyStream } from '../log.js'
import type { RecorderContext } from './context.js'
import { factKey, readPolicyCount, readTip, readWaiting, wasPolicyTold, type WaitingMessage } from './index/entries.js'
import type { FactReader } from './index/facts.js'
import { policySaid } from './record-policy.js'
import { rulesNow } from './rules-now.js'
import type { Session } from './session.js'
import type { SweepLimits } from './sweep.js'

/** Undefined for what validators refuse whenever it comes, and for bytes of which the log has told the end already. */
export function lapseOf({ facts }: Session, bytes: Uint8Array, messageHash: string, context: RecorderContext): WaitingMessage['lapses'] {
  const decoded = decodePolicy(bytes)
  if (!decoded.ok || wasPolicyTold(facts, messageHash)) return undefined
  const { tsSeconds } = decoded.message
  const check = checkPolicy(bytes, asMillis(tsSeconds * 1000), asHeight(0), rulesNow(facts, context), context.strictly)
  return check.ok ? { policyId: check.policy.policyId, atHeight: check.policy.effectiveHeight, afterSeconds: tsSeconds } : undefined
}

/** Most that one sweep settles; the rest is settled by the next. */
const SWEEP_LIMIT = 500

type LapseLimits = Pick<SweepLimits, 'skewMs' | 'expiryMarginMs'>

/**
 * What was just read is given a little time: where validators refuse it, that says more.
 * @param startedAt when this recorder began to follow its feeds
 */
export function recordLapses(session: Session, index: Pick<FactReader, 'keys'>, context: RecorderContext, limits: LapseLimits, startedAt: UnixMillis, now: UnixMillis): void {
  const { facts } = session
  const height = asHeight(readTip(facts)?.height ?? 0)
  for (const key of index.keys(factKey.lapsing(''), SWEEP_LIMIT)) {
    const origin = facts.get(key) as WaitingMessage['origin'] | undefined
    const waiting = origin === undefined ? undefined : readWaiting(facts, origin)
    if (waiting?.lapses === undefined || now - Math.max(waiting.since, startedAt) <= limits.expiryMarginMs) continue
    const { policyId, atHeight, afterSeconds } = waiting.lapses
    const reason = atHeight <= height + 1 ? 'height' : now > afterSeconds * 1000 + limits.skewMs + limits.expiryMarginMs ? 'time' : undefined
    const said = reason === undefined ? undefined : policySaid(new Uint8Array(Buffer.from(waiting.message, 'base64')), context)
    if (reason === undefined || said === undefined) continue
    const before = readPolicyCount(facts, policyId)
    session.add(policyStream(policyId), before === 0 ? 'none' : before - 1, `policy-lapsed/${waiting.messageHash}`, {
      type: 'PolicyLapsed', data: { ...said, origin: waiting.origin, reason, height, at: now },
    })
  }
}
