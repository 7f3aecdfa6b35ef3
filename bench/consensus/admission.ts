/** The checks of admission without its topics and receipts: each validator verifies every signature itself. */
import type { Genesis } from '../../domain/genesis.js'
import type { UnixMillis } from '../../domain/ids.js'
import type { AnomalyMessage } from '../../domain/message/anomaly.js'
import { checkAnomalyOf, rulesOf, signatureClaimOf } from '../../domain/message/check-anomaly.js'
import type { Transaction } from '../../domain/transaction.js'
import { createAcceptLater, createVerifier } from '../../platform/crypto/ed25519.js'
import { createSignatureChecks } from '../../platform/crypto/verified-cache.js'
import type { CheckTransaction } from '../../consensus/core/ports.js'

export type Admitted = { readonly tx: Transaction; readonly message: AnomalyMessage }

const VERIFIED_CACHE_ENTRIES = 50_000

export function createAdmission(genesis: Genesis) {
  const rules = rulesOf(genesis)
  const { verify, ahead } = createSignatureChecks(createVerifier(), createAcceptLater(), VERIFIED_CACHE_ENTRIES)
  const checkTransaction: CheckTransaction = (tx, blockTime) => {
    const check = checkAnomalyOf(tx, blockTime, rules, verify)
    return check.ok ? { ok: true } : { ok: false, code: check.code }
  }
  return {
    verify,
    ahead,
    checkTransaction,
    /** Those that may enter, in their order. */
    async admit(transactions: readonly Transaction[], now: UnixMillis): Promise<readonly Admitted[]> {
      await ahead(transactions.flatMap((tx) => signatureClaimOf(tx, verify) ?? []))
      return transactions.flatMap((tx) => {
        const check = checkAnomalyOf(tx, now, rules, verify)
        return check.ok ? [{ tx, message: check.message }] : []
      })
    },
  }
}
