/**
 * What waits and may go into no block any more because the rules have changed: it would look like work for ever. Policies
 * are looked at after every commit, since the height at which one begins may have come; messages when the rules are new.
 */
import type { VerifySignature } from '../../domain/crypto.js'
import type { Unvoted } from '../../domain/execution/check-transaction.js'
import type { UnixMillis } from '../../domain/ids.js'
import type { RulesNow } from '../../domain/policy/read-rules.js'
import type { RulesInForce } from '../../domain/policy/rules-at.js'
import { holdingNone, type Rescorer } from '../../domain/scoring/rescore.js'
import type { Transaction } from '../../domain/transaction.js'
import { claimOf } from './claims.js'
import { replayWindowMs } from './replay-window.js'
import type { PoolAndStore } from './settle.js'

/** Refusals that changed rules bring about; the others are a matter of time, which empties the pool by itself. */
const RULE_CODES: ReadonlySet<Unvoted> = new Set(['UNKNOWN_PRODUCER', 'UNKNOWN_MODEL', 'SCORE_MISMATCH', 'MODEL_NOT_HELD', 'INVALID_SIGNATURE'])

/** @param isSure looks at everything, also where the rules seem to be the same */
export type DropRefused = (rulesNow: RulesNow, now: UnixMillis, isSure: boolean) => Promise<void>

export function createDropRefused({ store, mempool, skewMs }: PoolAndStore, verify: VerifySignature, rescorer: Rescorer = holdingNone()): DropRefused {
  let before: RulesInForce | undefined
  return async (rulesNow, now, isSure) => {
    const isNew = isSure || rulesNow.rules !== before
    before = rulesNow.rules
    const isRefused = (tx: Transaction): boolean => {
      if (tx.kind === 'evidence' || (tx.kind !== 'policy' && !isNew)) return false
      const check = claimOf(tx, now, rulesNow, verify, rescorer)
      return !check.ok && (tx.kind === 'policy' || RULE_CODES.has(check.code))
    }
    const dropped = mempool.refuse(isRefused).map(({ tx }) => tx.id)
    await store.settle(dropped, (now + replayWindowMs(skewMs)) as UnixMillis)
  }
}
