/** What a claimed score must be, who may say so, and what a validator does that cannot know. */
import { edit, mutant, tests, type Mutant } from '../mutant.js'

const CLAIM = 'domain/scoring/check-claim.ts'
const REGISTRY = 'domain/scoring/registry.ts'
const RESCORE = 'domain/scoring/rescore.ts'
const CHECK = 'domain/execution/check-transaction.ts'
const DOOR = 'ingest/admission/claims.ts'
const POLICY = 'domain/execution/execute-policy.ts'
const lies = { tests: tests('domain/scoring/vectors.test.ts') }
const votes = { tests: tests('domain/scoring/rescore.test.ts') }
const admission = { tests: tests('ingest/admission/rescoring.test.ts') }

export const SCORES: readonly Mutant[] = [
  mutant('a claimed margin is not compared', edit(CLAIM, 'if (!Object.is(margin, claim.rawMargin)) return', 'if (margin === null) return'), lies),
  mutant('a claimed margin may be off by a rounding', edit(CLAIM, '!Object.is(margin, claim.rawMargin)', 'Math.abs(margin - claim.rawMargin) > 1e-9'), lies),
  mutant('claimed contributions are not compared', edit(CLAIM, '!Object.is(said, byFeature[i])', 'said === null'), lies),
  mutant('a claimed bias is not compared', edit(CLAIM, 'if (!Object.is(bias, claim.bias)) return', 'if (bias === null) return'), lies),
  mutant('a claimed rounding is not compared', edit(CLAIM, 'if (!Object.is(rounding, claim.rounding)) return', 'if (rounding === null) return'), lies),
  mutant('features may have other names', edit(CLAIM, 'if (!isSame(claim.features, model.features)) return', 'if (model.features === null) return'), lies),
  mutant('a feature may be anything that crosses no threshold', edit(CLAIM, 'if (!isConsistent(claim.featureSchema, claim.vector)) return', 'if (claim.vector === null) return'), lies),
  mutant('scores are not checked before a vote', edit(CHECK, 'return score.ok ? check : ', 'return check.ok ? check : '), votes),
  mutant('scores are not checked at the door', edit(DOOR, 'if (!score.ok) return score', 'if (score === null) return score'), admission),
  mutant('a shadow model refuses', edit(RESCORE, 'fault === null || !isEnforced(registered) ? OK', 'fault === null ? OK'), votes),
  mutant('a canary refuses nothing', edit(REGISTRY, "model?.stage === 'canary' || model?.stage === 'active'", "model?.stage === 'active'"), votes),
  mutant('an active model refuses nothing', edit(REGISTRY, "model?.stage === 'canary' || model?.stage === 'active'", "model?.stage === 'canary'"), votes),
  mutant('a validator without the model votes', edit(RESCORE, 'if (!isEnforced(registered)) return OK\n', 'return OK\n'), votes),
  mutant('a validator without the model refuses', edit(RESCORE, "{ ok: false, code: 'MODEL_NOT_HELD', field: 'payload.score_claim.model_hash', reason }", "{ ok: false, code: 'SCORE_MISMATCH', field: 'payload.score_claim.model_hash', reason }"), votes),
  mutant('a machine that computes otherwise judges', edit(RESCORE, 'model === undefined || model.goldenResult !== registered.goldenResult', 'model === undefined'), votes),
  mutant('a validator without the model gives a receipt', edit('ingest/admission/decide-admission.ts', "return code === 'MODEL_NOT_HELD' ? { kind: 'abstained', messageHash, field, reason } : reject(code, field, reason)", "return reject(code === 'MODEL_NOT_HELD' ? 'SCORE_MISMATCH' : code, field, reason)"), admission),
  mutant('what cannot be judged any more waits for ever', edit('ingest/admission/drop-refused.ts', "'SCORE_MISMATCH', 'MODEL_NOT_HELD', ", ''), admission),
  mutant('verdicts on scores are not remembered', edit(RESCORE, 'const known = faults.get(id)', 'const known = faults.get(`${id} ` as TxId)'), votes),
  mutant('verdicts on scores are remembered without end', edit(RESCORE, 'if (faults.size >= maxRemembered) ', 'if (maxRemembered < 0) '), votes),
  mutant('a closed registry is open', edit(REGISTRY, "return isClosed ? fault('model_hash', 'is not a registered model') : undefined", 'return isClosed ? undefined : undefined'), votes),
  mutant('a retired model is taken', edit(REGISTRY, "if (model.stage === 'retired') return", "if (model.stage === null) return"), votes),
  mutant('a model may be claimed with other features', edit(REGISTRY, 'model.featureSchema === featureSchema ? undefined', 'model.featureSchema !== null ? undefined'), votes),
  mutant('a model may skip its stages', edit(POLICY, "(change.stage === 'active' && before !== 'canary')", 'before === null'), votes),
  mutant('a model may be moved that nobody registered', edit(POLICY, 'return before === undefined || (', 'return before !== undefined && ('), votes),
]
