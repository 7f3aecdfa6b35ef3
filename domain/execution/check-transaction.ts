/**
 * What must hold of a transaction before a block with it gets a vote, by kind. Of the state it takes the rules in force
 * alone: that ids and nonces are new is for execution to say.
 */
import type { VerifySignature } from '../crypto.js'
import { checkEvidenceTransaction } from '../evidence/check-transaction.js'
import { validatorSetOf, type Genesis } from '../genesis.js'
import type { UnixMillis } from '../ids.js'
import { checkAnomalyOf } from '../message/check-anomaly.js'
import { checkPolicy } from '../message/check-policy.js'
import { createRulesReader, type BlockPlace } from '../policy/read-rules.js'
import { checkReportOf } from '../message/check-report.js'
import type { RejectCode } from '../reject-codes.js'
import { holdingNone, type Rescorer } from '../scoring/rescore.js'
import type { Transaction } from '../transaction.js'

export type TransactionVerdict = { readonly ok: true } | { readonly ok: false; readonly code: Unvoted }

/** `MODEL_NOT_HELD` is no refusal: this validator cannot say, and abstains. */
export type Unvoted = RejectCode | 'MODEL_NOT_HELD'

/** Signature, form, allow-list, claimed score, and for what has a time of its own, its distance from the block's. */
export function createTransactionCheck(genesis: Genesis, verify: VerifySignature, rescorer: Rescorer = holdingNone()): (tx: Transaction, blockTime: UnixMillis, place: BlockPlace) => TransactionVerdict {
  const readRules = createRulesReader(genesis)
  const set = validatorSetOf(genesis)
  return (tx, blockTime, place) => {
    switch (tx.kind) {
      case 'event': {
        const rules = readRules(place)
        const check = checkAnomalyOf(tx, blockTime, rules, verify)
        if (!check.ok) return { ok: false, code: check.code }
        const score = rescorer.judge({ id: tx.id, scoreClaim: check.scoreClaim }, rules.registry)
        return score.ok ? check : { ok: false, code: score.code }
      }
      case 'evidence': {
        const check = checkEvidenceTransaction(tx.bytes, set, verify)
        return check.ok ? check : { ok: false, code: check.code }
      }
      case 'policy': {
        const check = checkPolicy(tx.bytes, blockTime, place.height, readRules(place), verify)
        return check.ok ? { ok: true } : { ok: false, code: check.code }
      }
      case 'report': {
        const check = checkReportOf(tx, blockTime, readRules(place), verify)
        return check.ok ? check : { ok: false, code: check.code }
      }
    }
  }
}
