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
import type { Transaction } from '../transaction.js'

export type TransactionVerdict = { readonly ok: true } | { readonly ok: false; readonly code: RejectCode }

/** Signature, form, allow-list, and for what has a time of its own, its distance from the block's. */
export function createTransactionCheck(genesis: Genesis, verify: VerifySignature): (tx: Transaction, blockTime: UnixMillis, place: BlockPlace) => TransactionVerdict {
  const readRules = createRulesReader(genesis)
  const set = validatorSetOf(genesis)
  return (tx, blockTime, place) => {
    switch (tx.kind) {
      case 'event': {
        const check = checkAnomalyOf(tx, blockTime, readRules(place), verify)
        return check.ok ? check : { ok: false, code: check.code }
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
        // Nothing can execute it yet.
        return { ok: false, code: 'MALFORMED' }
    }
  }
}
