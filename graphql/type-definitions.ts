/** The schema as callers see it: one file a subject. */
import { anomalies } from './types/anomalies.js'
import { blocks } from './types/blocks.js'
import { calibration } from './types/calibration.js'
import { mutation } from './types/mutation.js'
import { policies } from './types/policies.js'
import { proofs } from './types/proofs.js'
import { query } from './types/query.js'
import { reports } from './types/reports.js'
import { reputation } from './types/reputation.js'
import { subscription } from './types/subscription.js'
import { totals } from './types/totals.js'
import { validators } from './types/validators.js'

export const typeDefinitions = [query, anomalies, reports, blocks, validators, policies, reputation, calibration, totals, subscription, mutation, proofs]
