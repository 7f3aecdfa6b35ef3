/** The rule engine: which rules look at which observation. It has no memory. */
import type { Engine, EngineVerdict, Observation } from '../engine.js'
import type { TargetWindow } from '../../windows/target-window.js'
import { verdict, type RuleResult } from './condition.js'
import { floodFinding, receivesAnswers } from './flood-finding.js'
import { FLOOD_RULES } from './flood-rules.js'
import { LIMITS } from './limits.js'
import { judgeSlow } from './slow-rule.js'
import { judgeSource, mayFireOnSource } from './source-rules.js'

export const ruleEngine: Engine = {
  name: 'rules',
  version: 'rules-1',
  watches: ['target-window', 'source-window', 'slow-window'],
  judge(observation: Observation): readonly EngineVerdict[] {
    switch (observation.kind) {
      case 'target-window': return judgeTarget(observation)
      case 'source-window': return judgeSource(observation)
      case 'slow-window': return judgeSlow(observation)
      case 'flow': return []
    }
  },
  mayDecide(observation: Observation): boolean {
    switch (observation.kind) {
      case 'target-window': return observation.inPackets >= LIMITS.windowPackets && FLOOD_RULES.some(({ mayFire }) => mayFire(observation))
      case 'source-window':
      case 'slow-window': return true
      case 'flow': return false
    }
  },
  mayDecideOfSource: mayFireOnSource,
}

function judgeTarget(window: TargetWindow): readonly EngineVerdict[] {
  if (window.inPackets < LIMITS.windowPackets) return []
  const answers = receivesAnswers(window)
  return FLOOD_RULES.map(({ name, judge }) => {
    const result = judge(window)
    if (!result.fired) return verdict(name, result, undefined)
    return answers ? verdict(name, heldBack(result), undefined) : verdict(name, result, floodFinding(window))
  })
}

const heldBack = (result: RuleResult): RuleResult => ({
  fired: false, score: 0.499, why: `${result.why}; held back: the host receives answers, the target is the other side`,
})
