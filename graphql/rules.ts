/** The rules that policies have set at a height, worked out of the read model by the same function as validators use. */
import { asHeight } from '../domain/ids.js'
import { readPolicy } from '../domain/policy/policy.js'
import { policiesInForce, rulesOfPolicies } from '../domain/policy/rules-at.js'
import { listAppliedPolicies, readStateRoot } from '../projections/index.js'
import type { ApiContext } from './context.js'
import { badInput } from './errors.js'

export async function readRules(_: unknown, { height }: { height?: number | null }, { sources: { sql } }: ApiContext) {
  if (height !== undefined && height !== null && height < 1) throw badInput('height', `must be a block height from 1, got ${height}`)
  const at = asHeight(height ?? ((await readStateRoot(sql))?.height ?? 0) + 1)
  const views = await listAppliedPolicies(sql)
  const policies = views.flatMap(({ policyId: id, action, rule, params }) => {
    const read = readPolicy({ id, action, rule, params })
    return read.ok ? [read.policy] : []
  })
  const inForce = new Set(policiesInForce(policies, at).map(({ policyId }) => policyId))
  const rules = rulesOfPolicies(policies, at)
  return {
    height: at,
    policies: views.filter(({ policyId }) => inForce.has(policyId)),
    thresholds: [...rules.thresholds].map(([kind, value]) => ({ kind, value })),
    flags: [...rules.flags].map(([flag, isOn]) => ({ flag, isOn })),
    models: rules.models === undefined ? null : [...rules.models],
    registry: {
      isClosed: rules.registry.isClosed,
      models: [...rules.registry.models.values()].map((model) => ({ ...model, metrics: Object.entries(model.metrics).map(([name, value]) => ({ name, value })) })),
    },
    rateLimits: [...rules.rateLimits].map(([producer, limit]) => ({ producer, ...limit })),
  }
}
