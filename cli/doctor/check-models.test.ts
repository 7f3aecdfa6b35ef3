import { describe, expect, test } from 'vitest'
import type { ModelCounts } from '../../detector/engines/models/model-engine.js'
import { checkModels } from './check-models.js'

const model = (more: Partial<ModelCounts> = {}): ModelCounts =>
  ({ name: 'ddos-flow', modelHash: 'ab'.repeat(32), stage: 'shadow', judged: 900, crossed: 0, fired: 0, deciding: 0, unfilled: 0, domain: 'outside', batches: 4, batchesOutside: 3, ...more })
const detector = (models: readonly ModelCounts[], modelsNotHeld: readonly string[] = []) => ({ name: 'detector-0', status: { ok: true as const, role: 'detector', models, modelsNotHeld } })

describe('the models of detectors', () => {
  test('in shadow may not know the traffic: that is said, and nothing is wrong', () => {
    expect(checkModels([detector([model(), model({ name: 'botnet-flow', domain: 'inside' })])])).toEqual([{ check: 'models', level: 'ok', sentence: 'botnet-flow, ddos-flow: 1 of 2 know the traffic of their detector, the others abstain' }])
  })
  test.each(['canary', 'active'] as const)('that are %s and out of domain are a warning, with what to do', (stage) => {
    expect(checkModels([detector([model({ stage })])])).toMatchObject([{ level: 'warn', sentence: expect.stringMatching(new RegExp(`ddos-flow is ${stage} on detector-0 and abstains: 3 of 4 .+ take it back to shadow`)) as string }])
    expect(checkModels([detector([model({ stage, domain: 'inside' })])])).toMatchObject([{ level: 'ok' }])
  })
  test('that the network lets decide and a detector lacks are a warning', () => {
    expect(checkModels([detector([], ['cd'.repeat(32)])])).toMatchObject([{ level: 'warn', sentence: expect.stringContaining('detector-0 lacks cdcdcdcdcdcdcdcd') as string }])
  })
  test('are no subject where none runs, or where a role does not answer', () => {
    expect(checkModels([detector([]), { name: 'detector-1', status: { ok: false, reason: 'ECONNREFUSED' } }, { name: 'validator-0', status: { ok: true, role: 'validator', models: [] } }])).toEqual([])
  })
})
