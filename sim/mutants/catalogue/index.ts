/** All mutants, family by family. A check that is added to a listed file needs a mutant: test/mutants holds it to that. */
import type { Mutant } from '../mutant.js'
import { CERTIFICATES } from './certificates.js'
import { COMMITS } from './commits.js'
import { EXECUTION } from './execution.js'
import { POLICIES } from './policies.js'
import { PROPOSALS } from './proposals.js'
import { RECOVERY } from './recovery.js'
import { REPORTS } from './reports.js'
import { SAFETY_RULES } from './safety-rules.js'
import { SCORES } from './scores.js'
import { STANDING } from './standing.js'
import { VIEWS } from './views.js'

export const MUTANTS: readonly Mutant[] = [...SAFETY_RULES, ...CERTIFICATES, ...PROPOSALS, ...COMMITS, ...VIEWS, ...RECOVERY, ...STANDING, ...EXECUTION, ...REPORTS, ...POLICIES, ...SCORES]

export const mutantNamed = (name: string): Mutant | undefined => MUTANTS.find((mutant) => mutant.name === name)
