/** Which models the chain knows at a height, and what follows for a claim from the registry alone, without any model's bytes. */
import type { ClaimFault } from './check-claim.js'
import type { ScoreClaim } from './score-claim.js'

/**
 * A model begins in `shadow`: its claims are carried and looked at and refused by nobody, while validators get its bytes.
 * From `canary` on a wrong score is refused. Detectors let an `active` one decide. `retired`: its claims are refused.
 */
export const MODEL_STAGES = ['shadow', 'canary', 'active', 'retired'] as const
export type ModelStage = (typeof MODEL_STAGES)[number]

export const MODEL_KINDS = ['lightgbm', 'isolation-forest'] as const

export type RegisteredModel = {
  /** SHA-256 of the bytes of its file. */
  readonly modelHash: string
  readonly kind: (typeof MODEL_KINDS)[number]
  readonly featureSchema: string
  readonly stage: ModelStage
  /** As whoever proposed it measured them, by name. */
  readonly metrics: Readonly<Record<string, number>>
  /** What every machine makes of the model's golden vectors, see golden.ts. */
  readonly goldenResult: string
}

export type ModelRegistry = {
  /** Whether claims of models that are not in it are refused; else they are carried unverified. */
  readonly isClosed: boolean
  readonly models: ReadonlyMap<string, RegisteredModel>
}

export const OPEN_REGISTRY: ModelRegistry = { isClosed: false, models: new Map() }

/** Whether a wrong score is refused. */
export const isEnforced = (model: RegisteredModel | undefined): model is RegisteredModel => model?.stage === 'canary' || model?.stage === 'active'

/** Why no such model is known; undefined where it is, or need not be. */
export function unknownModel({ modelHash, featureSchema }: ScoreClaim, { isClosed, models }: ModelRegistry): ClaimFault | undefined {
  const model = models.get(modelHash)
  if (model === undefined) return isClosed ? fault('model_hash', 'is not a registered model') : undefined
  if (model.stage === 'retired') return fault('model_hash', 'is a model that was retired')
  return model.featureSchema === featureSchema ? undefined : fault('feature_schema', 'is not the one that the model was registered with')
}

const fault = (field: string, reason: string): ClaimFault => ({ field: `payload.score_claim.${field}`, reason })
