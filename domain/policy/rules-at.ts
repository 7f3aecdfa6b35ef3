/**
 * The rules in force at a height: genesis, and over it every policy that works there, by the height at which it begins
 * and then in the order of the chain. Genesis is the floor: its limits, validators and authorities stay what they are,
 * and of its producers a policy may block or replace one, and never change what genesis says of it.
 */
import { DEFAULT_LIMITS, producersOf, policyAuthoritiesOf, type Genesis, type Limits, type PolicyAuthority, type Producer } from '../genesis.js'
import { hexToBytes } from '../bytes.js'
import type { Height, ProducerId } from '../ids.js'
import { OPEN_REGISTRY, type ModelRegistry, type RegisteredModel } from '../scoring/registry.js'
import type { ParamValue, PolicyChange, RateLimit } from './change.js'
import { policiesIn } from './entry.js'
import type { Policy } from './policy.js'

export type ListedHosts = { readonly addresses: ReadonlySet<string>; readonly producers: ReadonlySet<ProducerId> }

export type RulesInForce = {
  readonly limits: Limits
  /** Who may publish. */
  readonly producers: ReadonlyMap<ProducerId, Producer>
  /** Models whose detections are taken; undefined where none was ever registered: then all are. */
  readonly models: ReadonlySet<string> | undefined
  /** The files of models that scores are checked against. */
  readonly registry: ModelRegistry
  readonly authorities: ReadonlyMap<string, PolicyAuthority>
  /** Who may say whether a detection was true, and who else may have held evidence: public keys, hex. */
  readonly analysts: ReadonlySet<string>
  readonly recorders: ReadonlySet<string>
  readonly rateLimits: ReadonlyMap<ProducerId, RateLimit>
  readonly thresholds: ReadonlyMap<string, number>
  readonly flags: ReadonlyMap<string, boolean>
  /** By model and parameter. */
  readonly modelParams: ReadonlyMap<string, ReadonlyMap<string, ParamValue>>
  readonly blacklist: ListedHosts
  readonly whitelist: ListedHosts
}

const NOBODY: ListedHosts = { addresses: new Set(), producers: new Set() }
const NOTHING: RulesInForce = {
  limits: DEFAULT_LIMITS, producers: new Map(), models: undefined, registry: OPEN_REGISTRY, authorities: new Map(), analysts: new Set(), recorders: new Set(), rateLimits: new Map(), thresholds: new Map(), flags: new Map(), modelParams: new Map(),
  blacklist: NOBODY, whitelist: NOBODY,
}

type Ground = { readonly taken: ReadonlySet<string>; readonly empty: RulesInForce; memo: { readonly policies: readonly Policy[]; readonly height: Height; readonly rules: RulesInForce } | undefined }
const grounds = new WeakMap<Genesis, Ground>()

/** @param entry the state entry `policies`, undefined where there is none yet */
export function rulesAt(genesis: Genesis, entry: Uint8Array | undefined, height: Height): RulesInForce {
  const ground = groundOf(genesis)
  const policies = policiesIn(entry)
  if (policies.length === 0) return ground.empty
  const { memo } = ground
  if (memo?.policies === policies && (memo.height === height || isSameBetween(policies, memo.height, height))) return memo.rules
  const rules = foldRules(ground.empty, policies, height)
  ground.memo = { policies, height, rules }
  return rules
}

const keysOf = (entries: readonly { readonly publicKey: string }[] = []): ReadonlySet<string> => new Set(entries.map(({ publicKey }) => publicKey))

/** Without any policy. */
export const genesisRules = (genesis: Genesis): RulesInForce => groundOf(genesis).empty

/** Keys that have another role in genesis: no policy makes producers of them. */
export const keysOfOthers = (genesis: Genesis): ReadonlySet<string> => groundOf(genesis).taken

function groundOf(genesis: Genesis): Ground {
  const known = grounds.get(genesis)
  if (known !== undefined) return known
  const ground: Ground = {
    empty: {
      ...NOTHING, limits: genesis.limits, producers: producersOf(genesis), authorities: policyAuthoritiesOf(genesis),
      analysts: keysOf(genesis.analysts), recorders: keysOf(genesis.recorders),
    },
    memo: undefined,
    taken: new Set([genesis.validators, genesis.recorders, genesis.policyAuthorities ?? [], genesis.analysts ?? []].flat().map(({ publicKey }) => publicKey)),
  }
  grounds.set(genesis, ground)
  return ground
}

/** Whether no policy begins or ends between the two. */
function isSameBetween(policies: readonly Policy[], a: Height, b: Height): boolean {
  const [low, high] = a < b ? [a, b] : [b, a]
  const isBetween = (height: Height | undefined): boolean => height !== undefined && height > low && height <= high
  return !policies.some(({ effectiveHeight, expirationHeight }) => isBetween(effectiveHeight) || isBetween(expirationHeight))
}

/** The policies that work at a height, in the order in which they are applied. */
export function policiesInForce(policies: readonly Policy[], height: Height): readonly Policy[] {
  const begun = policies.filter(({ effectiveHeight }) => effectiveHeight <= height)
  const ended = new Set(begun.flatMap(({ rollbackOf }) => rollbackOf ?? []))
  return begun
    .filter(({ policyId, expirationHeight }) => !ended.has(policyId) && (expirationHeight === undefined || height < expirationHeight))
    // The sort is stable: what begins together stays in the order of the chain.
    .sort((a, b) => a.effectiveHeight - b.effectiveHeight)
}

/** What policies alone say, for whoever shows them beside genesis. */
export const rulesOfPolicies = (policies: readonly Policy[], height: Height): RulesInForce => foldRules(NOTHING, policies, height)

export function foldRules(ground: RulesInForce, policies: readonly Policy[], height: Height): RulesInForce {
  const draft: Draft = {
    producers: new Map(ground.producers), blocked: new Set(), models: undefined, registry: { isClosed: false, models: new Map() }, rateLimits: new Map(), thresholds: new Map(), flags: new Map(), modelParams: new Map(),
    blacklist: { addresses: new Set(), producers: new Set() }, whitelist: { addresses: new Set(), producers: new Set() },
  }
  for (const { change } of policiesInForce(policies, height)) apply(draft, change, ground.producers)
  const { blocked, producers, ...rest } = draft
  const isAllowed = (id: ProducerId): boolean => !blocked.has(id) && !draft.blacklist.producers.has(id)
  return { ...ground, ...rest, producers: new Map([...producers].filter(([id]) => isAllowed(id))) }
}

type Lists = { readonly addresses: Set<string>; readonly producers: Set<ProducerId> }
type Draft = {
  readonly producers: Map<ProducerId, Producer>
  readonly blocked: Set<ProducerId>
  models: Set<string> | undefined
  readonly registry: { isClosed: boolean; readonly models: Map<string, RegisteredModel> }
  readonly rateLimits: Map<ProducerId, RateLimit>
  readonly thresholds: Map<string, number>
  readonly flags: Map<string, boolean>
  readonly modelParams: Map<string, Map<string, ParamValue>>
  readonly blacklist: Lists
  readonly whitelist: Lists
}

function apply(draft: Draft, change: PolicyChange, floor: ReadonlyMap<ProducerId, Producer>): void {
  switch (change.rule) {
    case 'nothing': return
    case 'threshold': return put(draft.thresholds, change.kind, change.value)
    case 'feature_flag': return put(draft.flags, change.flag, change.isOn)
    case 'rate_limit': return put(draft.rateLimits, change.producer, change.limit)
    case 'model_param': {
      const params = draft.modelParams.get(change.model) ?? new Map<string, ParamValue>()
      draft.modelParams.set(change.model, params)
      return put(params, change.param, change.value)
    }
    case 'model': {
      draft.models ??= new Set()
      if (change.isRegistered) draft.models.add(change.modelVersion)
      else draft.models.delete(change.modelVersion)
      return
    }
    case 'model_file': {
      const { models } = draft.registry
      if (change.does === 'register') return void models.set(change.model.modelHash, change.model)
      const known = models.get(change.modelHash)
      // The policy that registered it may have been ended since.
      return known === undefined ? undefined : void models.set(change.modelHash, { ...known, stage: change.stage })
    }
    case 'model_registry': {
      draft.registry.isClosed = change.isClosed
      return
    }
    case 'blacklist':
    case 'whitelist': {
      const { addresses, producers } = draft[change.rule]
      list(addresses, change.addresses, change.isListed)
      return list(producers, change.producers, change.isListed)
    }
    case 'producer': {
      if (change.does === 'block') return void draft.blocked.add(change.producer)
      if (change.does === 'unblock') return void draft.blocked.delete(change.producer)
      if (change.does === 'allow') return allow(draft, floor, change.producer, change.name, change.schemes)
      const old = draft.producers.get(change.producer)
      draft.blocked.add(change.producer)
      return allow(draft, floor, change.newKey, change.name ?? old?.name ?? change.newKey.slice(0, 8), change.schemes ?? old?.schemes ?? ['v2'])
    }
  }
}

function allow({ producers, blocked }: Draft, floor: ReadonlyMap<ProducerId, Producer>, id: ProducerId, name: string, schemes: Producer['schemes']): void {
  blocked.delete(id)
  if (!floor.has(id)) producers.set(id, { name, id, publicKey: hexToBytes(id), schemes })
}

function list<T>(set: Set<T>, entries: readonly T[], isListed: boolean): void {
  for (const entry of entries) {
    if (isListed) set.add(entry)
    else set.delete(entry)
  }
}

function put<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}
