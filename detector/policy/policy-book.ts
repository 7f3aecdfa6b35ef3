/**
 * Committed policies over the chain's height: which of them are in force at one height. A statement changes a policy from
 * its effective height on and until then leaves in force what was there before; a policy ends before its expiration
 * height. What is not proven is never put in here.
 */
export type PolicyStatement = {
  readonly policyId: string
  readonly action: string
  readonly ruleType: string
  /** JSON text of what it says. */
  readonly ruleData: string
  /** The policy that this one takes back; empty for none. */
  readonly rollbackOf: string
  readonly effectiveHeight: number
  /** First height at which it is not in force any more; 0 for never. */
  readonly expirationHeight: number
  /** Place in the order of committing: block, then position in the topic. */
  readonly order: readonly [height: number, offset: number]
}

export type PolicyInForce = Pick<PolicyStatement, 'policyId' | 'ruleType' | 'ruleData' | 'effectiveHeight' | 'expirationHeight'>

/** In the order in which they took effect, so that of two that contradict each other the later one has the last word. */
export function policiesAt(statements: readonly PolicyStatement[], height: number): readonly PolicyInForce[] {
  const policies = new Map<string, { readonly said: PolicyStatement; readonly isEnabled: boolean }>()
  for (const statement of [...statements].sort(byEffect)) {
    if (statement.effectiveHeight > height) break
    const { policyId, action, rollbackOf } = statement
    if (rollbackOf !== '') policies.delete(rollbackOf)
    const known = policies.get(policyId)
    if (action === 'add' || action === 'update') {
      policies.delete(policyId)
      policies.set(policyId, { said: statement, isEnabled: true })
    } else if (action === 'remove') {
      policies.delete(policyId)
    } else if (known !== undefined && (action === 'enable' || action === 'disable')) {
      policies.set(policyId, { ...known, isEnabled: action === 'enable' })
    }
  }
  return [...policies.values()]
    .filter(({ said, isEnabled }) => isEnabled && (said.expirationHeight === 0 || height < said.expirationHeight))
    .map(({ said }) => said)
}

const byEffect = (a: PolicyStatement, b: PolicyStatement): number =>
  a.effectiveHeight - b.effectiveHeight || a.order[0] - b.order[0] || a.order[1] - b.order[1]
