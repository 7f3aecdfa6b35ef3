/**
 * Trained models as an engine over finished flows. What they say is counted and recorded, and decides only where the chain
 * has made a model canary or active (single-flow models do not carry over to other networks, research §0.1). Invariant: a
 * model in shadow weighs nothing, and one that does not know this traffic does not fire, whatever its stage.
 */
import { rawMargin } from '../../../domain/models/raw-margin.js'
import { crosses, type TreeModel } from '../../../domain/models/tree-model.js'
import type { ModelStage } from '../../../domain/scoring/registry.js'
import type { LoadedModel } from '../../models/model-folder.js'
import type { FlowRecord } from '../../sources/records.js'
import { createWorstFlows, type WorstFlows } from '../../windows/worst-flows.js'
import { pValuesOf, tieOf } from '../../models/conformal.js'
import type { Engine, EngineVerdict, ModelOpinion, Observation } from '../engine.js'
import { domainWatch, type DomainState, type DomainWatch } from './domain-watch.js'
import { flowVectorOf } from './flow-vector.js'
import { mayDecide, type StageOf } from './stages.js'

export type ModelCounts = {
  readonly name: string
  readonly modelHash: string
  /** As the chain says now. */
  readonly stage: ModelStage
  /** Flows that had a vector. */
  readonly judged: number
  /** Of those, how many margins crossed the threshold, and how many of them while the traffic was in domain. */
  readonly crossed: number
  readonly fired: number
  /** Verdicts that may decide by themselves. */
  readonly deciding: number
  /** Flows whose source did not say what a feature needs. */
  readonly unfilled: number
  readonly domain: DomainState
  readonly batches: number
  readonly batchesOutside: number
}

export type ModelEngine = Engine & { counts(): readonly ModelCounts[] }

/** What the models make of one flow; `judge` and `learn` ask for the same one in turn. */
type Scored = { readonly flow: FlowRecord; readonly vector: Float64Array | undefined; readonly margins: readonly number[] }

type Watched = {
  readonly loaded: LoadedModel
  readonly domain: DomainWatch
  readonly worst: WorstFlows<{ readonly vector: Float64Array; readonly margin: number }>
  judged: number; crossed: number; fired: number; deciding: number; unfilled: number
}

/** @param stageOf what the chain says of a model at this moment */
export function modelEngine(models: readonly LoadedModel[], stageOf: StageOf = () => undefined): ModelEngine {
  const all = models.map((loaded): Watched => ({ loaded, domain: domainWatch(loaded.card.domain), worst: createWorstFlows(), judged: 0, crossed: 0, fired: 0, deciding: 0, unfilled: 0 }))

  let last: Scored | undefined
  const scored = (flow: FlowRecord): Scored => {
    if (last?.flow === flow) return last
    const vector = flowVectorOf(flow)
    last = { flow, vector, margins: vector === undefined ? [] : models.map(({ model }) => rawMargin(model, vector)) }
    return last
  }

  return {
    name: 'models',
    version: `models-${models.map(({ card, modelHash }) => `${card.name}@${modelHash.slice(0, 8)}`).join('/')}`,
    watches: ['flow'],
    judge(observation: Observation): readonly EngineVerdict[] {
      if (observation.kind !== 'flow') return []
      const { margins } = scored(observation)
      return margins.flatMap((margin, at) => {
        const watched = all[at] as Watched
        const stage = stageOf(watched.loaded.modelHash)
        return stage === 'retired' ? [] : [withFinding(verdictOf(watched, margin), watched.loaded, observation, stage)]
      })
    },
    learn(observation: Observation): void {
      if (observation.kind === 'flow') count(all, stageOf, scored(observation))
    },
    opinionsOn: (target, nowMs) => all.flatMap((watched) => opinionOf(watched, target, nowMs)),
    counts: () => all.map(({ loaded, domain, judged, crossed, fired, deciding, unfilled }) => {
      const { batches, outside } = domain.counts()
      return { name: loaded.card.name, modelHash: loaded.modelHash, stage: stageOf(loaded.modelHash) ?? 'shadow', deciding, judged, crossed, fired, unfilled, domain: domain.state(), batches, batchesOutside: outside }
    }),
  }
}

function verdictOf({ loaded: { card, model }, domain }: Watched, margin: number): EngineVerdict {
  const limit = card.threshold.margin
  const crossed = crosses(model, margin, limit)
  const abstains = domain.state() !== 'inside'
  const sense = model.link.kind === 'isolation' ? 'at most' : 'above'
  return {
    name: `models/${card.name}`,
    score: scoreOf(model, margin), threshold: scoreOf(model, limit),
    fired: crossed && !abstains, isSilent: true,
    why: `margin ${margin.toPrecision(6)}, an alarm is ${sense} ${limit.toPrecision(6)}${abstains ? `; abstains, ${WHY_ABSTAINS[domain.state()]}` : ''}`,
  }
}

/** A verdict that may decide says what was found; all others weigh nothing. */
function withFinding(verdict: EngineVerdict, { card, modelHash }: LoadedModel, flow: FlowRecord, stage: ModelStage | undefined): EngineVerdict {
  if (!verdict.fired || !mayDecide(stage, modelHash, flow.destination)) return verdict
  const { isSilent: _isSilent, ...rest } = verdict
  return { ...rest, finding: { threatType: card.threat, attack: 'model_finding', target: flow.destination, destinationPort: flow.destinationPort, source: flow.source } }
}

function opinionOf({ loaded: { card, model, modelHash, conformal }, domain, worst }: Watched, target: string, nowMs: number): readonly ModelOpinion[] {
  const flow = worst.worstTowards(target, nowMs)
  if (flow === undefined) return []
  const { margin, vector } = flow
  return [{
    model: card.name, modelHash, margin, crossed: crosses(model, margin, card.threshold.margin), domain: domain.state(),
    ...(conformal === undefined ? {} : { pValues: pValuesOf(conformal, model, margin, tieOf(modelHash, vector)) }),
  }]
}

const WHY_ABSTAINS: Readonly<Record<DomainState, string>> = {
  unknown: 'this traffic is not known yet', outside: 'this traffic is unlike what it was trained on', inside: '',
}

/**
 * After the decision. Flows above the threshold do not speak for the network: an attack that the model knows must not make
 * it abstain, and a network whose flows it does not know shows in the others.
 */
function count(all: readonly Watched[], stageOf: StageOf, { flow, vector, margins }: Scored): void {
  all.forEach((watched, at) => {
    if (vector === undefined) {
      watched.unfilled += 1
      return
    }
    const { loaded, domain, worst } = watched
    const margin = margins[at] as number
    watched.judged += 1
    worst.see(flow, loaded.model.link.kind === 'isolation' ? -margin : margin, () => ({ vector, margin }))
    if (!crosses(loaded.model, margin, loaded.card.threshold.margin)) {
      domain.observe(vector)
      return
    }
    watched.crossed += 1
    if (domain.state() !== 'inside') return
    watched.fired += 1
    if (mayDecide(stageOf(loaded.modelHash), loaded.modelHash, flow.destination)) watched.deciding += 1
  })
}

/** 0..1 for people: higher is more suspicious. What is compared between machines is the margin. */
export function scoreOf({ link, roots }: TreeModel, margin: number): number {
  switch (link.kind) {
    case 'sigmoid': return 1 / (1 + Math.exp(-link.slope * margin))
    case 'isolation': return 2 ** (-margin / (roots.length * link.normaliser))
  }
}
