/** The rules that the next block is judged by, as the log tells them. */
import { asHeight } from '../../domain/ids.js'
import { rulesAt, type RulesInForce } from '../../domain/policy/rules-at.js'
import type { RecorderContext } from './context.js'
import { readPolicies, readTip } from './index/entries.js'
import type { FactReader } from './index/facts.js'

export const rulesNow = (facts: Pick<FactReader, 'get'>, { genesis }: RecorderContext): RulesInForce =>
  rulesAt(genesis, readPolicies(facts), asHeight((readTip(facts)?.height ?? 0) + 1))
