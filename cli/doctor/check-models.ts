/** Do detectors have the models that the network asks for, and do these know the traffic? */
import type { ModelCounts } from '../../detector/engines/models/model-engine.js'
import type { RoleStatus } from '../shared/fetch-status.js'
import { listed, ok, warn, type Finding } from './finding.js'

type Answer = { readonly name: string; readonly status: RoleStatus }
type Told = { readonly models?: readonly ModelCounts[]; readonly modelsNotHeld?: readonly string[] }

/** One finding; none where no detector runs models. */
export function checkModels(answers: readonly Answer[]): readonly Finding[] {
  const detectors = answers.flatMap(({ name, status }) => (status.ok && status['role'] === 'detector' ? [{ name, ...(status as Told) }] : []))
  const models = detectors.flatMap(({ name, models: all = [] }) => all.map((model) => ({ detector: name, ...model })))
  const missing = detectors.flatMap(({ name, modelsNotHeld = [] }) => modelsNotHeld.map((hash) => `${name} lacks ${hash.slice(0, 16)}, which the network lets decide; name its folder in the configuration under models`))
  const lost = models.filter(({ stage, domain }) => (stage === 'canary' || stage === 'active') && domain === 'outside')
    .map(({ detector, name, stage, batches, batchesOutside }) => `${name} is ${stage} on ${detector} and abstains: ${batchesOutside} of ${batches} batches of flows are unlike what it was trained on; train it on traffic of this network, or take it back to shadow`)
  if (missing.length + lost.length > 0) return [warn('models', listed([...missing, ...lost]))]
  if (models.length === 0) return []
  const abstaining = models.filter(({ domain }) => domain !== 'inside')
  return [ok('models', `${[...new Set(models.map(({ name }) => name))].sort().join(', ')}: ${models.length - abstaining.length} of ${models.length} know the traffic of their detector, the others abstain`)]
}
