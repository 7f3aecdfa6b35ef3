/**
 * Compares a host's second with its own history: volume, flows, source entropy (robust z) and lasting rise (CUSUM).
 * Until a host has WARM_UP windows of its own, what is normal in the whole network stands in, and then the engine may
 * support a decision but never make one. Invariant: it never publishes alone on little history.
 */
import { inboundShare, type TargetWindow } from '../../windows/target-window.js'
import { boundedMap } from '../../windows/bounded-map.js'
import { RATIO_THRESHOLD, scoreOfRatio, type Engine, type EngineVerdict, type Finding, type LearnedNormal, type Observation } from '../engine.js'
import { LIMITS } from '../rules/limits.js'
import { HISTORY, SPREAD_FLOOR, newBaseline, normalFor, remember, sampleOf, valueOf, type Baseline, type Feature } from './baseline.js'
import { ALARM_LEVEL, cusumStep } from './cusum.js'
import { robustZ } from './robust.js'

export const WARM_UP = 30
const POPULATION_WARM_UP = 300
const POPULATION_HISTORY = 512
const MAX_BASELINES = 20_000
const Z_LIMIT = 6
const JUDGED = ['packets', 'flows', 'sourceEntropy'] as const
/** Alone it decides only on a full history, a one-way rush and an alarm of both checks: a download is not an attack. */
const ALONE = { history: HISTORY, packets: 500, inboundShare: 0.9, flows: 20 } as const

export function statisticsEngine(): Engine {
  const baselines = boundedMap<string, Baseline>(MAX_BASELINES)
  const population = newBaseline()

  const normalsOf = (target: string): Known | undefined => {
    const own = baselines.get(target)
    if (own !== undefined && own.seen >= WARM_UP) return { baseline: own, own: true }
    return population.seen >= POPULATION_WARM_UP ? { baseline: population, own: false } : undefined
  }

  return {
    name: 'statistics',
    version: 'statistics-1',
    watches: ['target-window'],
    judge(observation: Observation): readonly EngineVerdict[] {
      if (observation.kind !== 'target-window' || observation.inPackets < LIMITS.windowPackets) return []
      const known = normalsOf(observation.target)
      if (known === undefined) return []
      const history = known.own ? known.baseline.seen : 0
      const cusum = cusumStep(baselines.get(observation.target)?.cusum ?? 0, zOf(observation, known.baseline, 'packets'))
      const volume = zVerdict(observation, known, 'packets', 'packets a second')
      return [
        mayDecideAlone(observation, history) && volume.fired && cusum.alarm ? { ...volume, finding: unusual(observation) } : volume,
        zVerdict(observation, known, 'flows', 'flows a second'),
        entropyVerdict(observation, known),
        {
          name: 'statistics/cusum', score: scoreOfRatio(cusum.reached / ALARM_LEVEL), threshold: RATIO_THRESHOLD, fired: cusum.alarm,
          why: `lasting rise: CUSUM of packets a second ${cusum.reached.toFixed(1)} (alarm above ${ALARM_LEVEL})`,
        },
      ]
    },
    mayDecide(observation: Observation): boolean {
      if (observation.kind !== 'target-window' || observation.inPackets < LIMITS.windowPackets) return false
      const known = normalsOf(observation.target)
      if (known === undefined) return false
      // A normal stays for some windows what it was when it was first asked for, so it is asked for as `judge` does.
      for (const feature of JUDGED) normalFor(known.baseline, feature)
      return mayDecideAlone(observation, known.own ? known.baseline.seen : 0)
    },
    learn(observation: Observation, detected: boolean): void {
      if (observation.kind !== 'target-window') return
      const baseline = baselines.get(observation.target) ?? newBaseline()
      if (baseline.seen === 0) baselines.set(observation.target, baseline)
      const known = normalsOf(observation.target)
      if (known !== undefined) baseline.cusum = cusumStep(baseline.cusum, zOf(observation, known.baseline, 'packets')).sum
      if (detected) return
      const sample = sampleOf(observation)
      remember(baseline, sample)
      if (observation.inPackets >= LIMITS.windowPackets) remember(population, sample, POPULATION_HISTORY)
    },
  }
}

type Known = { readonly baseline: Baseline; /** the host's, not the network's */ readonly own: boolean }

const zOf = (window: TargetWindow, baseline: Baseline, feature: Feature): number =>
  robustZ(valueOf(window, feature), normalFor(baseline, feature), SPREAD_FLOOR[feature])

function zVerdict(window: TargetWindow, known: Known, feature: 'packets' | 'flows', what: string): EngineVerdict {
  const { baseline } = known
  const z = zOf(window, baseline, feature)
  const usual = Math.expm1(normalFor(baseline, feature).median)
  const observed = feature === 'packets' ? window.inPackets : window.flows
  return {
    name: `statistics/${feature}`, score: scoreOfRatio(z / Z_LIMIT), threshold: RATIO_THRESHOLD, fired: z >= Z_LIMIT, baseline: learnedOf(window, known, feature),
    why: `unusual volume: ${observed} ${what}, usually ${usual.toFixed(0)} (robust z ${z.toFixed(1)}, limit ${Z_LIMIT})`,
  }
}

/** Both ways are shifts: many new sources raise the entropy, one that drowns the others lowers it. */
function entropyVerdict(window: TargetWindow, known: Known): EngineVerdict {
  const { baseline } = known
  const z = Math.abs(zOf(window, baseline, 'sourceEntropy'))
  const usual = normalFor(baseline, 'sourceEntropy').median
  return {
    name: 'statistics/source-entropy', score: scoreOfRatio(z / Z_LIMIT), threshold: RATIO_THRESHOLD, fired: z >= Z_LIMIT, baseline: learnedOf(window, known, 'sourceEntropy'),
    why: `source entropy ${window.sourceEntropyBits.toFixed(2)} bits, usually ${usual.toFixed(2)} (robust z ${z.toFixed(1)}, limit ${Z_LIMIT})`,
  }
}

/** Counts are compared as logarithms, log(1 + n). */
function learnedOf(window: TargetWindow, { baseline, own }: Known, feature: Feature): LearnedNormal {
  const { median, deviation } = normalFor(baseline, feature)
  const name = feature === 'sourceEntropy' ? 'source_entropy_bits' : `log1p_${feature}`
  return { feature: name, observed: valueOf(window, feature), median, deviation, windows: baseline.seen, of: own ? 'host' : 'network' }
}

const mayDecideAlone = (window: TargetWindow, history: number): boolean =>
  history >= ALONE.history && window.inPackets >= ALONE.packets &&
  inboundShare(window) >= ALONE.inboundShare && window.flows >= ALONE.flows

const unusual = (window: TargetWindow): Finding => ({
  threatType: 'anomaly', attack: 'unusual_traffic', target: window.target, destinationPort: window.topDestinationPort,
  source: window.uniqueSources === 1 ? window.topSources[0]?.address ?? '' : '',
})
