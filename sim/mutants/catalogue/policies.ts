/** Who may change the rules, when a change works, and what it can never do. */
import { edit, ignore, mutant, tests, type Mutant } from '../mutant.js'

const CHECK = 'domain/message/check-policy.ts'
const EXECUTE = 'domain/execution/execute-policy.ts'
const RULES = 'domain/policy/rules-at.ts'
const ENTRY = 'domain/policy/entry.ts'
const policies = { tests: tests('domain/execution/execute-policy.test.ts', 'domain/policy/rules-at.test.ts') }

export const POLICIES: readonly Mutant[] = [
  mutant('a stranger signs policies', edit(CHECK, 'authorities.get(bytesToHex(message.producerId))', '[...authorities.values()][0]'), policies),
  mutant('the signature of a policy is not checked', edit(CHECK, 'if (check.ok && !verify(', 'if (check.ok && check.message.signature.length < 0 && !verify('), policies),
  mutant('a policy may be signed in any scheme', edit(CHECK, 'if (!authority.schemes.includes(schemeOf(message))) return', 'if (authority.schemes.length < 0) return'), policies),
  mutant('the effective height may lie in the past', edit(CHECK, 'if (read.policy.effectiveHeight <= height) {', 'if (read.policy.effectiveHeight < 0) {'), policies),
  mutant('a policy works before its effective height', edit(RULES, 'policies.filter(({ effectiveHeight }) => effectiveHeight <= height)', 'policies.filter(({ effectiveHeight }) => effectiveHeight <= height + 1)'), policies),
  mutant('an expired policy still works', edit(RULES, '(expirationHeight === undefined || height < expirationHeight)', 'height !== expirationHeight + Infinity'), policies),
  mutant('a policy that was ended still works', edit(RULES, '!ended.has(policyId) && ', ''), policies),
  mutant('a removed producer still publishes', edit(RULES, '!blocked.has(id) && ', ''), policies),
  mutant('a key that was rotated still publishes', edit(RULES, '      draft.blocked.add(change.producer)\n      return allow', '      return allow'), policies),
  mutant('a policy rewrites a producer of genesis', edit(RULES, 'if (!floor.has(id)) producers.set', 'producers.set'), policies),
  mutant('a registry without models lets all in', edit(RULES, 'draft.models ??= new Set()', 'if (draft.models === undefined || !change.isRegistered) draft.models = change.isRegistered ? new Set() : undefined\n      if (draft.models === undefined) return'), policies),
  mutant('a model need not be registered', edit('domain/message/check-anomaly.ts', 'if (models?.has(message.modelVersion) === false) return', 'if (models === null) return'), policies),
  mutant('a policy may be replayed', ignore(EXECUTE, "'DUPLICATE'"), policies),
  mutant('policies grow without end', ignore(EXECUTE, "'TOO_LARGE'"), policies),
  mutant('a key with another role becomes a producer', edit(EXECUTE, 'key !== undefined && othersKeys.has(key)', 'key === null'), policies),
  mutant('what is spent is kept for ever', edit(ENTRY, 'return !isExpired && !ended.has(policyId) && !hasEndedAnother', 'return !isExpired || !ended.has(policyId) || !hasEndedAnother'), policies),
]
