/** The engines a detector runs when nobody says otherwise. Made anew for each detector: statistics have memory. */
import type { Engine } from './engine.js'
import { ruleEngine } from './rules/rule-engine.js'
import { statisticsEngine } from './statistics/statistics-engine.js'

export const defaultEngines = (): readonly Engine[] => [ruleEngine, statisticsEngine()]

/** One string that names every engine version; goes into each anomaly as `model_version`. */
export const modelVersionOf = (engines: readonly Engine[]): string => engines.map((engine) => engine.version).join('+')
