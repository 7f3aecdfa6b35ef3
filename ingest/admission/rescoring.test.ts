import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asHeight, type ProducerId } from '../../domain/ids.js'
import type { RulesNow } from '../../domain/policy/read-rules.js'
import type { AdmissionReceipt } from '../../domain/receipt.js'
import { isEnforced, type ModelRegistry, type ModelStage } from '../../domain/scoring/registry.js'
import { createRescorer } from '../../domain/scoring/rescore.js'
import type { ScoreClaim } from '../../domain/scoring/score-claim.js'
import { model, oneBitOff, withFeatureOff } from '../../domain/scoring/testing/known.js'
import { card, claimNumber, payloadWith } from '../../domain/scoring/testing/scored.js'
import { createTransaction } from '../../domain/transaction.js'
import { NOW } from '../../eventlog/recorder/testing/network.js'
import { createMempool, defaultMempoolLimits } from '../mempool/mempool.js'
import { until } from '../testing/until.js'
import { createValidatorHarness, type ValidatorHarness } from '../testing/validator.js'
import { createDropRefused } from './drop-refused.js'

const codeOf = ({ verdict }: AdmissionReceipt): string => (verdict.kind === 'admitted' ? 'admitted' : verdict.code)
const registryAt = (stage: ModelStage, isClosed = false): ModelRegistry => ({ isClosed, models: new Map([[card.modelHash, { ...card, stage }]]) })

describe('admission of claimed scores', () => {
  let harness: ValidatorHarness
  beforeEach(async () => { harness = await createValidatorHarness() })
  afterEach(() => harness.destroy())

  const rulesWith = (registry: ModelRegistry): RulesNow => ({ rules: { ...harness.rules, registry }, height: asHeight(9) })
  const message = (claim: ScoreClaim): Uint8Array => harness.network.message({ payload: payloadWith(claim, { confidence: 0.9 }) })
  const honest = (n: number): Uint8Array => message(claimNumber(n))
  const lie = (n: number): Uint8Array => message({ ...claimNumber(n), rawMargin: oneBitOff(claimNumber(n).rawMargin) })
  const holding = () => createRescorer((hash) => (hash === model.modelHash ? model : undefined))

  it('gives a signed receipt with the right code to each lie, and admits what is honest', async () => {
    const { receipts, send, start } = harness
    const rulesNow = rulesWith(registryAt('active', true))
    const { mempool } = start({ rulesNow: () => rulesNow, rescorer: holding() })
    await send(honest(1), lie(2), message(withFeatureOff(claimNumber(3), 0)), message({ ...claimNumber(4), modelHash: 'ab'.repeat(32) }), harness.network.message())
    await until('all have receipts', () => receipts.length === 5)
    expect(receipts.map(codeOf)).toEqual(['admitted', 'SCORE_MISMATCH', 'SCORE_MISMATCH', 'UNKNOWN_MODEL', 'admitted'])
    expect(mempool.size().count).toBe(2)
  })

  it('gives none where the validator lacks the model, pools nothing of it, and goes on', async () => {
    const { receipts, send, start, network } = harness
    const rulesNow = rulesWith(registryAt('canary'))
    const abstained: string[] = []
    const { mempool } = start({ rulesNow: () => rulesNow, rescorer: createRescorer(() => undefined), onAbstained: ({ field }) => abstained.push(field) })
    await send(honest(1), lie(2), network.message())
    await until('the offsets are committed', async () => (await harness.committed()) === 3)
    expect(receipts.map(({ origin, ...receipt }) => [origin.offset, codeOf({ origin, ...receipt })])).toEqual([[2, 'admitted']])
    expect(abstained).toEqual(['payload.score_claim.model_hash', 'payload.score_claim.model_hash'])
    expect(mempool.size().count).toBe(1)
  })

  it('drops what waits once its model is enforced and it is a lie, or cannot be judged here', async () => {
    const settled: string[] = []
    for (const [rescorer, kept] of [[holding(), 1], [createRescorer(() => undefined), 0]] as const) {
      const mempool = createMempool(defaultMempoolLimits(harness.rules.limits.skewMs))
      for (const bytes of [honest(1), lie(2)]) mempool.add({ tx: createTransaction('event', bytes), producer: 'p' as ProducerId, time: NOW })
      const store = { settle: (ids: readonly string[]) => Promise.resolve(void settled.push(...ids)) } as never
      const dropRefused = createDropRefused({ store, mempool, skewMs: harness.rules.limits.skewMs }, harness.network.verify, rescorer)
      await dropRefused(rulesWith(registryAt('shadow')), NOW, true)
      expect(mempool.size().count).toBe(2)
      await dropRefused(rulesWith(registryAt('canary')), NOW, false)
      expect(mempool.size().count).toBe(kept)
    }
    expect(settled).toHaveLength(3)
    expect(isEnforced(registryAt('canary').models.get(card.modelHash))).toBe(true)
  })
})
