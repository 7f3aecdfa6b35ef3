/** What the event log of a data folder says of policies: each with where it stands, and the rules that the next block is judged by. */
import type { EventData, Placement } from '../../domain/events/schema.js'
import type { Genesis } from '../../domain/genesis.js'
import { asHeight, type Height, type UnixMillis } from '../../domain/ids.js'
import { policiesIn } from '../../domain/policy/entry.js'
import { entryAfter } from '../../domain/policy/follow-policies.js'
import { policiesInForce, rulesAt, type RulesInForce } from '../../domain/policy/rules-at.js'
import type { EventLog } from '../../eventlog/log.js'

export type PolicyState = 'pending' | 'in-force' | 'ended' | 'failed' | 'lapsed'
/** Without a placement where no block carried it. */
export type PolicyLine = Omit<EventData<'PolicyRecorded'>, 'message' | 'placement' | 'outcome'> & {
  readonly placement: Placement | null
  readonly outcome: EventData<'PolicyRecorded'>['outcome'] | 'lapsed'
  readonly state: PolicyState
}
export type KnownPolicies = {
  /** Of the next block. */
  readonly height: Height
  /** When the newest blocks were made, the oldest first. */
  readonly blockTimes: readonly UnixMillis[]
  readonly policies: readonly PolicyLine[]
  readonly rules: RulesInForce
}

/** More than a chain makes in ten seconds. */
const BLOCK_TIMES = 500

export async function readPolicies(log: Pick<EventLog, 'readAll'>, genesis: Genesis): Promise<KnownPolicies> {
  const recorded: Omit<PolicyLine, 'state'>[] = []
  let entry: Uint8Array | undefined
  let committed = 0
  let blockTimes: UnixMillis[] = []
  for await (const { event } of log.readAll()) {
    if (event.type === 'BlockCommitted') {
      committed = event.data.height
      blockTimes.push(event.data.timestamp)
      if (blockTimes.length > 2 * BLOCK_TIMES) blockTimes = blockTimes.slice(-BLOCK_TIMES)
    }
    if (event.type === 'PolicyLapsed') {
      const { message: _message, origin: _origin, reason: _reason, height: _height, ...said } = event.data
      recorded.push({ ...said, placement: null, outcome: 'lapsed', code: null })
    }
    if (event.type !== 'PolicyRecorded') continue
    const { message: _message, ...data } = event.data
    recorded.push(data)
    entry = entryAfter(entry, event.data)
  }
  const height = asHeight(committed + 1)
  const inForce = new Set(policiesInForce(policiesIn(entry), height).map(({ policyId }) => policyId))
  const stateOf = ({ policyId, outcome, effectiveHeight }: Omit<PolicyLine, 'state'>): PolicyState =>
    outcome !== 'applied' ? outcome : inForce.has(policyId) ? 'in-force' : effectiveHeight > height ? 'pending' : 'ended'
  return { height, blockTimes, policies: recorded.filter(isLastWord).map((data) => ({ ...data, state: stateOf(data) })), rules: rulesAt(genesis, entry, height) }
}

/** A block that carries a policy after all outranks that it lapsed. */
const isLastWord = ({ outcome, messageHash }: Omit<PolicyLine, 'state'>, _: number, all: readonly Omit<PolicyLine, 'state'>[]): boolean =>
  outcome !== 'lapsed' || !all.some((other) => other.messageHash === messageHash && other.outcome !== 'lapsed')

/** The rules as a document: lists and objects instead of sets and maps. */
export const documentOf = (rules: RulesInForce) => ({
  producers: [...rules.producers.values()].map(({ id, name, schemes }) => ({ producer: id, name, schemes })),
  models: rules.models === undefined ? null : [...rules.models],
  registry: { isClosed: rules.registry.isClosed, models: [...rules.registry.models.values()] },
  rateLimits: [...rules.rateLimits].map(([producer, limit]) => ({ producer, ...limit })),
  thresholds: Object.fromEntries(rules.thresholds), flags: Object.fromEntries(rules.flags),
  modelParams: Object.fromEntries([...rules.modelParams].map(([model, params]) => [model, Object.fromEntries(params)])),
  blacklist: { addresses: [...rules.blacklist.addresses], producers: [...rules.blacklist.producers] },
  whitelist: { addresses: [...rules.whitelist.addresses], producers: [...rules.whitelist.producers] },
})
