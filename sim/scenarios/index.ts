/** All scenarios, family by family. */
import { BEHIND } from './behind.js'
import { CRASHES } from './crashes.js'
import { DISKS } from './disks.js'
import { FORGED } from './forged.js'
import { FORKS } from './forks.js'
import { HEALTHY } from './healthy.js'
import { IDLE } from './idle.js'
import { LIAR_SCENARIOS } from './liars.js'
import { LOAD } from './load.js'
import { NETWORK } from './network.js'
import type { Scenario } from './scenario.js'

export type { Scenario } from './scenario.js'
/** The quick and telling ones first: a mutant should fall early. */
export const SCENARIOS: readonly Scenario[] = [...FORKS, ...FORGED, ...HEALTHY, ...CRASHES, ...IDLE, ...DISKS, ...LIAR_SCENARIOS, ...BEHIND, ...NETWORK, ...LOAD]

export const scenarioNamed = (name: string): Scenario | undefined => SCENARIOS.find((scenario) => scenario.name === name)
