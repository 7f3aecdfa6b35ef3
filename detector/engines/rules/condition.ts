/** A rule as data: conditions with observed value and limit, from which score and sentence follow the same way. */
import { RATIO_THRESHOLD, scoreOfRatio, type EngineVerdict, type Finding } from '../engine.js'

export type Condition = {
  readonly what: string
  readonly observed: number
  readonly limit: number
  readonly sense: 'at-least' | 'at-most'
}

export type RuleResult = { readonly fired: boolean; readonly score: number; readonly why: string }

export const atLeast = (what: string, observed: number, limit: number): Condition => ({ what, observed, limit, sense: 'at-least' })
export const atMost = (what: string, observed: number, limit: number): Condition => ({ what, observed, limit, sense: 'at-most' })

const holds = ({ observed, limit, sense }: Condition): boolean => sense === 'at-least' ? observed >= limit : observed <= limit

function ratioOf({ observed, limit, sense }: Condition): number {
  if (sense === 'at-least') return observed / limit
  return observed === 0 ? Infinity : limit / observed
}

/** The first condition leads: once all hold, the score grows with how far it is exceeded. */
export function evaluate(title: string, conditions: readonly [Condition, ...Condition[]]): RuleResult {
  const fired = conditions.every(holds)
  const weakest = Math.min(...conditions.map(ratioOf))
  const score = fired ? scoreOfRatio(ratioOf(conditions[0])) : Math.min(0.499, scoreOfRatio(Math.min(1, weakest)))
  return { fired, score, why: `${title}: ${conditions.map(sentence).join(', ')}` }
}

function sentence({ what, observed, limit, sense }: Condition): string {
  return `${short(observed)} ${what} (limit ${sense === 'at-least' ? '>=' : '<='} ${short(limit)})`
}

const short = (value: number): string => Number.isInteger(value) ? String(value) : value.toFixed(2)

export function verdict(name: string, result: RuleResult, finding: Finding | undefined): EngineVerdict {
  const base = { name, score: result.score, threshold: RATIO_THRESHOLD, fired: result.fired, why: result.why }
  return result.fired && finding !== undefined ? { ...base, finding } : base
}
