/**
 * What a policy changes, read from its action, its rule and its params. Every pair of action and rule has its own params,
 * and whatever else stands there is refused: a word that nobody acts on would look like a rule.
 */
import { z } from 'zod'
import type { ProducerId } from '../ids.js'
import { MODEL_KINDS, type RegisteredModel } from '../scoring/registry.js'
import type { PolicyAction, PolicyRule } from './kinds.js'

export type Scheme = 'v1' | 'v2'
export type RateLimit = { readonly perSecond: number; /** how many at once after a pause */ readonly burst: number }
export type ParamValue = string | number | boolean

export type PolicyChange =
  /** It only ends another policy. */
  | { readonly rule: 'nothing' }
  /** Without a value it is no longer set. */
  | { readonly rule: 'threshold'; readonly kind: string; readonly value: number | undefined }
  | { readonly rule: 'blacklist' | 'whitelist'; readonly isListed: boolean; readonly addresses: readonly string[]; readonly producers: readonly ProducerId[] }
  | { readonly rule: 'feature_flag'; readonly flag: string; readonly isOn: boolean | undefined }
  | { readonly rule: 'rate_limit'; readonly producer: ProducerId; readonly limit: RateLimit | undefined }
  | { readonly rule: 'model_param'; readonly model: string; readonly param: string; readonly value: ParamValue | undefined }
  | { readonly rule: 'producer'; readonly does: 'allow'; readonly producer: ProducerId; readonly name: string; readonly schemes: readonly Scheme[] }
  | { readonly rule: 'producer'; readonly does: 'block'; readonly producer: ProducerId }
  | { readonly rule: 'producer'; readonly does: 'unblock'; readonly producer: ProducerId }
  /** The old key may no longer speak, the new one takes its name and schemes where no others are given. */
  | { readonly rule: 'producer'; readonly does: 'rotate'; readonly producer: ProducerId; readonly newKey: ProducerId; readonly name: string | undefined; readonly schemes: readonly Scheme[] | undefined }
  | { readonly rule: 'model'; readonly modelVersion: string; readonly isRegistered: boolean }
  /** The file of a model, by its hash: what validators compare scores with. */
  | { readonly rule: 'model_file'; readonly does: 'register'; readonly model: RegisteredModel }
  | { readonly rule: 'model_file'; readonly does: 'move'; readonly modelHash: string; readonly stage: RegisteredModel['stage'] }
  /** Whether scores of other models are refused. */
  | { readonly rule: 'model_registry'; readonly isClosed: boolean }

const word = z.string().regex(/^[\w.:/-]{1,64}$/, 'must be 1 to 64 letters, digits or any of _ . : - /')
const name = z.string().min(1).max(64)
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256, 64 lowercase hex digits')
const key = z.custom<ProducerId>((value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value), 'must be a public key, 64 lowercase hex digits')
const address = z.string().regex(/^[0-9a-f:.]{2,45}(\/\d{1,3})?$/, 'must be an address or a network, such as 192.0.2.0/24')
const schemes = z.array(z.enum(['v1', 'v2'])).min(1).max(2)
const modelVersion = z.string().min(1).max(256)

const severity = z.strictObject({ kind: z.literal('severity'), value: z.int().min(1).max(10) })
const confidence = z.strictObject({ kind: word, value: z.number().min(0.5).max(0.99) })
const lists = z.strictObject({ addresses: z.array(address).max(100).default([]), producers: z.array(key).max(100).default([]) })
  .refine(({ addresses, producers }) => addresses.length + producers.length > 0, { path: ['addresses'], message: 'an address or a producer must be listed' })
const rate = z.strictObject({ producer: key, perSecond: z.int().min(1).max(100_000), burst: z.int().min(1).max(100_000).optional() })
const newModelParam = z.strictObject({ model: name, param: word, value: z.union([z.string().max(256), z.number(), z.boolean()]) })
const oneModel = z.strictObject({ modelVersion })
const oneProducer = z.strictObject({ producer: key })
const oneFlag = z.strictObject({ flag: word })

type Reader = (params: unknown) => PolicyChange
const reader = <T extends z.ZodType>(schema: T, change: (read: z.output<T>) => PolicyChange): Reader => (params) => change(schema.parse(params))

const listing = (rule: 'blacklist' | 'whitelist'): Partial<Record<PolicyAction, Reader>> => ({
  add: reader(lists, (read) => ({ rule, isListed: true, ...read })), remove: reader(lists, (read) => ({ rule, isListed: false, ...read })),
})
const setThreshold: Reader = (params) => {
  const isSeverity = typeof params === 'object' && params !== null && 'kind' in params && params.kind === 'severity'
  return { rule: 'threshold', ...(isSeverity ? severity : confidence).parse(params) }
}
/** `enabled` may say again what the action says, for readers that see the params alone. */
const flag = (isOn: boolean | undefined): Reader => reader(isOn === undefined ? oneFlag : oneFlag.extend({ enabled: z.literal(isOn).optional() }), (read) => ({ rule: 'feature_flag', flag: read.flag, isOn }))
const limitRate = reader(rate, ({ producer, perSecond, burst = perSecond }) => ({ rule: 'rate_limit', producer, limit: { perSecond, burst } }))
const setModelParam = reader(newModelParam, (read) => ({ rule: 'model_param', ...read }))
const producer = (does: 'block' | 'unblock'): Reader => reader(oneProducer, (read) => ({ rule: 'producer', does, producer: read.producer }))
const model = (isRegistered: boolean): Reader => reader(oneModel, (read) => ({ rule: 'model', modelVersion: read.modelVersion, isRegistered }))
const metrics = z.record(word, z.number()).refine((read) => Object.keys(read).length <= 32, { message: 'must be at most 32 metrics' })
/** A model proves itself before it decides, so none begins as an active one. */
const newModelFile = z.strictObject({ modelHash: hash, kind: z.enum(MODEL_KINDS), featureSchema: hash, stage: z.enum(['shadow', 'canary']).default('shadow'), metrics: metrics.default({}), goldenResult: hash })
const registerModelFile = reader(newModelFile, (read) => ({ rule: 'model_file', does: 'register', model: read }))
const moveModelFile = reader(z.strictObject({ modelHash: hash, stage: z.enum(['shadow', 'canary', 'active']) }), (read) => ({ rule: 'model_file', does: 'move', ...read }))
const retireModelFile = reader(z.strictObject({ modelHash: hash }), ({ modelHash }) => ({ rule: 'model_file', does: 'move', modelHash, stage: 'retired' }))
const closeRegistry = reader(z.strictObject({ registry: z.enum(['open', 'closed']) }), ({ registry }) => ({ rule: 'model_registry', isClosed: registry === 'closed' }))
/** A model is named by the version in messages or by the hash of its file; the params say which. */
const byParams = (...readers: readonly (readonly [field: string, read: Reader])[]): Reader => (params) => {
  const [, read] = readers.find(([field]) => typeof params === 'object' && params !== null && field in params) ?? readers[0] as (typeof readers)[number]
  return read(params)
}

const READERS: Readonly<Record<PolicyRule, Partial<Readonly<Record<PolicyAction, Reader>>>>> = {
  threshold: { add: setThreshold, update: setThreshold, remove: reader(z.strictObject({ kind: word }), ({ kind }) => ({ rule: 'threshold', kind, value: undefined })) },
  blacklist: listing('blacklist'),
  whitelist: listing('whitelist'),
  feature_flag: { enable: flag(true), disable: flag(false), remove: flag(undefined) },
  rate_limit: { add: limitRate, update: limitRate, remove: reader(oneProducer, (read) => ({ rule: 'rate_limit', producer: read.producer, limit: undefined })) },
  model_param: {
    add: setModelParam, update: setModelParam,
    remove: reader(z.strictObject({ model: name, param: word }), (read) => ({ rule: 'model_param', ...read, value: undefined })),
  },
  producer: {
    add: reader(z.strictObject({ producer: key, name, schemes: schemes.optional() }), (read) => ({ rule: 'producer', does: 'allow', producer: read.producer, name: read.name, schemes: read.schemes ?? ['v2'] })),
    remove: producer('block'), disable: producer('block'), enable: producer('unblock'),
    update: reader(z.strictObject({ producer: key, newKey: key, name: name.optional(), schemes: schemes.optional() })
      .refine((read) => read.newKey !== read.producer, { path: ['newKey'], message: 'must be another key' }), (read) =>
      ({ rule: 'producer', does: 'rotate', producer: read.producer, newKey: read.newKey, name: read.name, schemes: read.schemes })),
  },
  model: {
    add: byParams(['modelVersion', model(true)], ['modelHash', registerModelFile]), enable: model(true),
    remove: byParams(['modelVersion', model(false)], ['modelHash', retireModelFile]), disable: byParams(['modelVersion', model(false)], ['modelHash', retireModelFile]),
    update: byParams(['modelHash', moveModelFile], ['registry', closeRegistry]),
  },
}

export type ChangeRead = { readonly ok: true; readonly change: PolicyChange } | { readonly ok: false; readonly field: string; readonly reason: string }

/** @param subject the params without what all policies have */
export function readChange(action: PolicyAction, rule: PolicyRule, subject: Readonly<Record<string, unknown>>, isRollback: boolean): ChangeRead {
  if (isRollback && action === 'remove' && Object.keys(subject).length === 0) return { ok: true, change: { rule: 'nothing' } }
  const read = READERS[rule][action]
  if (read === undefined) return { ok: false, field: 'action', reason: `of a ${rule} must be one of ${Object.keys(READERS[rule]).join(', ')}` }
  try {
    return { ok: true, change: read(subject) }
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const issue = error.issues[0]
    return { ok: false, field: ['params', ...issue?.path ?? []].join('.'), reason: issue?.message ?? 'has the wrong shape' }
  }
}
