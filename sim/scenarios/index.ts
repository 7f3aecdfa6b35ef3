/** All scenarios, family by family. */
import { CRASHES } from './crashes.js'
import { FORKS } from './forks.js'
import { HEALTHY } from './healthy.js'
import { IDLE } from './idle.js'
import { NETWORK } from './network.js'
import type { Scenario } from './scenario.js'

export type { Scenario } from './scenario.js'
/** The quick and telling ones first: a mutant should fall early. */
export const SCENARIOS: readonly Scenario[] = [...FORKS, ...HEALTHY, ...CRASHES, ...IDLE, ...NETWORK]

export const scenarioNamed = (name: string): Scenario | undefined => SCENARIOS.find((scenario) => scenario.name === name)
