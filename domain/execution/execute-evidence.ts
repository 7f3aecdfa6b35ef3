/**
 * Executes evidence: the offender never leads again. The signatures were checked before the vote; a quorum stands
 * behind them. One proof is enough: whoever is jailed already cannot fill blocks with more of the same.
 */
import { checkClaim } from '../evidence/check-evidence.js'
import { codeOfFault, readEvidenceBytes } from '../evidence/check-transaction.js'
import { viewOfEvidence } from '../evidence/evidence.js'
import { jail } from '../reputation/leaders.js'
import type { TransactionExecutor } from './executor.js'
import { leadersIn, writeLeaders } from './read-leaders.js'

/** Evidence of an older view is refused: what nobody showed for so long helps no one, and pools may forget it. */
export const MAX_EVIDENCE_AGE_VIEWS = 100_000

export const executeEvidence: TransactionExecutor = (tx, draft, { set, view }) => {
  const evidence = readEvidenceBytes(tx.bytes)
  if (evidence === undefined) return 'MALFORMED'
  const claim = checkClaim(evidence, set)
  if (!claim.ok) return codeOfFault(claim.fault)
  if (viewOfEvidence(evidence) + MAX_EVIDENCE_AGE_VIEWS < view) return 'SKEW'
  const leaders = leadersIn(draft, set.validators.length)
  const offender = set.byId(evidence.offender)
  if (offender === undefined) return 'UNKNOWN_PRODUCER'
  if (leaders.standings[offender.index]?.isJailed === true) return 'DUPLICATE'
  writeLeaders(draft, jail(leaders, offender.index))
  return undefined
}
