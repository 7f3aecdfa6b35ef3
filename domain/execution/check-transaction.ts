/** What must hold of a transaction before a block with it gets a vote, as far as no state is needed: by kind. */
import type { VerifySignature } from '../crypto.js'
import { checkEvidenceTransaction } from '../evidence/check-transaction.js'
import { validatorSetOf, type Genesis } from '../genesis.js'
import type { UnixMillis } from '../ids.js'
import { checkAnomalyOf, rulesOf } from '../message/check-anomaly.js'
import { checkReportOf } from '../message/check-report.js'
import type { RejectCode } from '../reject-codes.js'
import type { Transaction } from '../transaction.js'

export type TransactionVerdict = { readonly ok: true } | { readonly ok: false; readonly code: RejectCode }

/** Signature, form, allow-list, and for what has a time of its own, its distance from the block's. */
export function createTransactionCheck(genesis: Genesis, verify: VerifySignature): (tx: Transaction, blockTime: UnixMillis) => TransactionVerdict {
  const rules = rulesOf(genesis)
  const set = validatorSetOf(genesis)
  return (tx, blockTime) => {
    switch (tx.kind) {
      case 'event': {
        const check = checkAnomalyOf(tx, blockTime, rules, verify)
        return check.ok ? check : { ok: false, code: check.code }
      }
      case 'evidence': {
        const check = checkEvidenceTransaction(tx.bytes, set, verify)
        return check.ok ? check : { ok: false, code: check.code }
      }
      case 'report': {
        const check = checkReportOf(tx, blockTime, rules, verify)
        return check.ok ? check : { ok: false, code: check.code }
      }
      case 'policy':
        // Nothing can execute it yet.
        return { ok: false, code: 'MALFORMED' }
    }
  }
}
