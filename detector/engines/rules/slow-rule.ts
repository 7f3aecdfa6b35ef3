/** R6: many half-idle connections held open on one service by few sources. */
import type { SlowWindow } from '../../windows/slow-windows.js'
import { atLeast, evaluate, verdict } from './condition.js'
import type { EngineVerdict } from '../engine.js'
import { DISTRIBUTED_SOURCES, LIMITS } from './limits.js'

/** Many clients with one idle connection each are ordinary (log shippers, sensors): each source must hold several. */
export function judgeSlow(window: SlowWindow): readonly EngineVerdict[] {
  const result = evaluate('slow requests', [
    atLeast(`half-idle connections to port ${window.port}`, window.halfIdle, LIMITS.R6.halfIdle),
    atLeast('of them for each source', window.halfIdle / window.sources, LIMITS.R6.perSource),
  ])
  return [verdict('rules/R6', result, {
    threatType: window.sources >= DISTRIBUTED_SOURCES ? 'ddos' : 'dos', attack: 'slow_http',
    target: window.target, destinationPort: window.port,
    source: window.sources === 1 ? window.topSources[0]?.address ?? '' : '',
  })]
}
