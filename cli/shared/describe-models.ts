/** What a validator's status says of models: which the chain knows, which of them it can check, and what it abstains from. */
import { isEnforced, type ModelRegistry, type ModelStage } from '../../domain/scoring/registry.js'
import type { RescoreCounts } from '../../domain/scoring/rescore.js'
import type { ModelShelf } from '../../platform/model-shelf.js'

export type ModelLine = {
  readonly modelHash: string
  readonly stage: ModelStage
  /** `missing`: no file with that hash; `unusable`: the file or its golden result is not what was registered. */
  readonly here: 'held' | 'missing' | 'unusable'
}

export type ModelsStatus = { readonly registry: 'open' | 'closed'; readonly folders: readonly string[]; readonly registered: readonly ModelLine[] } & RescoreCounts

export const describeModels = (registry: ModelRegistry, shelf: ModelShelf, counts: RescoreCounts): ModelsStatus =>
  ({ registry: registry.isClosed ? 'closed' : 'open', folders: shelf.folders, registered: linesOf(registry, shelf), ...counts })

/** Why this validator abstains, and what to do; undefined where it can check whatever is enforced. */
export function whatIsMissing(registry: ModelRegistry, shelf: ModelShelf): string | undefined {
  const lacking = linesOf(registry, shelf).filter(({ modelHash, here }) => here !== 'held' && isEnforced(registry.models.get(modelHash)))
  if (lacking.length === 0) return undefined
  const named = lacking.map(({ modelHash, stage, here }) => `${modelHash} (${stage}, ${here})`).join(', ')
  return `it abstains from votes and receipts on scores of ${named}: put the file with that SHA-256 into ${shelf.folders[0]}`
}

const linesOf = ({ models }: ModelRegistry, { find, held }: ModelShelf): readonly ModelLine[] => [...models.values()].map(({ modelHash, stage, goldenResult }) => {
  const model = find(modelHash)
  return { modelHash, stage, here: model === undefined ? (held().includes(modelHash) ? 'unusable' : 'missing') : model.goldenResult === goldenResult ? 'held' : 'unusable' }
})
