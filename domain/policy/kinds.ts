/** What a policy may do, and to which rules: the words of the original's wire, and two kinds of rule it has not. */
export const POLICY_ACTIONS = ['add', 'remove', 'update', 'enable', 'disable'] as const
export type PolicyAction = (typeof POLICY_ACTIONS)[number]

export const POLICY_RULES = ['threshold', 'blacklist', 'whitelist', 'feature_flag', 'rate_limit', 'model_param', 'producer', 'model'] as const
export type PolicyRule = (typeof POLICY_RULES)[number]
