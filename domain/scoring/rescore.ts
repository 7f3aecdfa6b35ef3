/**
 * A validator's judgement of claims, at admission and before a vote. Execution does not repeat it, as it does not repeat
 * signatures: what a quorum certified was scored by that quorum, and whoever only follows needs no model. Invariant: a
 * validator without the bytes of a model neither refuses what may be honest nor votes for what may be a lie.
 */
import type { TxId } from '../ids.js'
import { oldestFirst } from '../oldest-first.js'
import { claimFault, type ClaimFault } from './check-claim.js'
import { isEnforced, type ModelRegistry } from './registry.js'
import type { ScoreClaim } from './score-claim.js'
import type { FindModel } from './scoring-model.js'

export type ScoreVerdict =
  | { readonly ok: true }
  | ({ readonly ok: false; readonly code: 'SCORE_MISMATCH' } & ClaimFault)
  /** Nothing is known of the claim: the validator abstains. */
  | ({ readonly ok: false; readonly code: 'MODEL_NOT_HELD' } & ClaimFault)

export type Rescored = { readonly id: TxId; readonly scoreClaim: ScoreClaim | undefined }

export type RescoreCounts = { /** looked at with a model */ readonly scored: number; readonly mismatched: number; readonly notHeld: number }

export type Rescorer = {
  judge(tx: Rescored, registry: ModelRegistry): ScoreVerdict
  /** Of distinct transactions, as far as they are remembered. */
  counts(): RescoreCounts
}

/** Some minutes of a busy network: between admission and the last vote on a transaction lies less. */
const MAX_REMEMBERED = 20_000
const OK: ScoreVerdict = { ok: true }

export function createRescorer(find: FindModel, maxRemembered = MAX_REMEMBERED): Rescorer {
  // The id binds every byte and the claim in them names its model by hash: nothing else plays a part in this verdict.
  const faults = new Map<TxId, ClaimFault | null>()
  const oldest = oldestFirst(faults)
  const counts = { scored: 0, mismatched: 0, notHeld: 0 }

  const remember = (id: TxId, fault: ClaimFault | null): ClaimFault | null => {
    counts.scored += 1
    if (fault !== null) counts.mismatched += 1
    if (faults.size >= maxRemembered) faults.delete(oldest() as TxId)
    faults.set(id, fault)
    return fault
  }

  return {
    judge({ id, scoreClaim }, { models }) {
      const registered = scoreClaim === undefined ? undefined : models.get(scoreClaim.modelHash)
      if (scoreClaim === undefined || registered === undefined || registered.stage === 'retired') return OK
      const model = find(scoreClaim.modelHash)
      // A machine that does not come to the registered golden result could refuse what every other one accepts.
      if (model === undefined || model.goldenResult !== registered.goldenResult) {
        if (!isEnforced(registered)) return OK
        counts.notHeld += 1
        const reason = model === undefined ? 'is a registered model whose file is not held here' : 'is a model that gives another golden result here than it was registered with'
        return { ok: false, code: 'MODEL_NOT_HELD', field: 'payload.score_claim.model_hash', reason }
      }
      const known = faults.get(id)
      const fault = known === undefined ? remember(id, claimFault(scoreClaim, model) ?? null) : known
      return fault === null || !isEnforced(registered) ? OK : { ok: false, code: 'SCORE_MISMATCH', ...fault }
    },
    counts: () => ({ ...counts }),
  }
}

/** Of whoever holds no models: it abstains where a registered one is claimed. */
export const holdingNone = (): Rescorer => createRescorer(() => undefined)
