/**
 * Which method the number of verdicts allows, and which of those predicts later verdicts best. Examples are in the order
 * of time: what comes last judges what was learned from what came before, never the other way round.
 */
import type { Curve } from './curve.js'
import type { Example } from './example.js'
import { fit, type Method } from './methods.js'
import { metricsOf } from './metrics.js'
import { weightsOf } from './weights.js'

/** Below this a sigmoid is all that the data can carry. */
export const BETA_FROM = 200
/** Isotonic regression with fewer follows the noise. */
export const ISOTONIC_FROM = 1000
export const LEAST_EXAMPLES = 20
const NEWEST_SHARE = 0.2

export const methodsFor = (examples: number): readonly Method[] =>
  (examples < BETA_FROM ? ['platt'] : examples < ISOTONIC_FROM ? ['platt', 'beta'] : ['platt', 'beta', 'isotonic'])

export type Split = { readonly older: readonly Example[]; readonly newest: readonly Example[] }

/** The newest fifth, by time, stands apart. */
export function splitByTime(examples: readonly Example[]): Split {
  const at = Math.floor(examples.length * (1 - NEWEST_SHARE))
  return { older: examples.slice(0, at), newest: examples.slice(at) }
}

export const hasBoth = (examples: readonly Example[]): boolean => examples.some(({ isAttack }) => isAttack) && examples.some(({ isAttack }) => !isAttack)

export type Choice = { readonly method: Method; /** Of all examples. */ readonly curve: Curve; /** Of the older ones alone: what may be judged by the newest. */ readonly trial: Curve }

/** @param examples in the order of time; both the older ones and the newest fifth need both classes */
export function choose(examples: readonly Example[]): Choice {
  const { older, newest } = splitByTime(examples)
  const weights = weightsOf(older)
  const trials = methodsFor(examples.length).map((method) => ({ method, trial: fit(method, older, weights) }))
  const best = trials.map((one) => ({ ...one, loss: metricsOf(one.trial, newest).logLoss })).reduce((a, b) => (b.loss < a.loss ? b : a))
  return { method: best.method, trial: best.trial, curve: fit(best.method, examples, weightsOf(examples)) }
}
