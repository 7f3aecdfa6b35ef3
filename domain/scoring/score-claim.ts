/**
 * What a detector says a model made of one flow: which model, which vector, which raw margin, and what each feature added
 * to it. The bits of every double stand there as hex, so that an honest claim and a false one never round to the same.
 */
import type { Json } from '../canonical-json.js'
import { bitsOf, doubleOfBits } from './double-bits.js'

export type ScoreClaim = {
  /** SHA-256 of the bytes of the model's file, and of the description of its features; lowercase hex. */
  readonly modelHash: string
  readonly featureSchema: string
  /** In the order of the schema. */
  readonly features: readonly string[]
  readonly vector: Float64Array
  readonly rawMargin: number
  /** What the model says of nothing, how far each feature moved it from there, and what rounding took: they add up to the margin. */
  readonly bias: number
  readonly contributions: Float64Array
  readonly rounding: number
}

export type ScoreClaimRead = { readonly ok: true; readonly claim: ScoreClaim } | { readonly ok: false; readonly field: string; readonly reason: string }

/** More than any schema here has; checking costs as much as there is. */
export const MAX_FEATURES = 256
const MAX_NAME_CHARACTERS = 64
const HASH = /^[0-9a-f]{64}$/
const FIELDS = ['model_hash', 'feature_schema', 'features', 'vector', 'raw_margin', 'bias', 'contributions', 'rounding'] as const
type Field = (typeof FIELDS)[number]

/** @param value the member `score_claim` of a payload */
export function readScoreClaim(value: unknown): ScoreClaimRead {
  const fault = (field: Field | '', reason: string): ScoreClaimRead => ({ ok: false, field: field === '' ? 'score_claim' : `score_claim.${field}`, reason })
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault('', 'must be an object')
  const said = value as Readonly<Partial<Record<Field, unknown>>>
  // What nobody checks would look as if it had been.
  if (Object.keys(said).some((key) => !(FIELDS as readonly string[]).includes(key))) return fault('', `may hold ${FIELDS.join(', ')} and nothing else`)
  const { model_hash: modelHash, feature_schema: featureSchema, features } = said
  if (!isHash(modelHash)) return fault('model_hash', 'must be a SHA-256, 64 lowercase hex digits')
  if (!isHash(featureSchema)) return fault('feature_schema', 'must be a SHA-256, 64 lowercase hex digits')
  if (!isNames(features)) return fault('features', `must be 1 to ${MAX_FEATURES} different names of at most ${MAX_NAME_CHARACTERS} characters`)
  const vector = doublesOf(said.vector, features.length)
  if (vector === undefined) return fault('vector', `must be ${features.length} doubles, each as 16 lowercase hex digits; NaN, 7ff8000000000000, is what was not measured`)
  const contributions = doublesOf(said.contributions, features.length)
  if (!contributions?.every(Number.isFinite)) return fault('contributions', `must be ${features.length} finite doubles, each as 16 lowercase hex digits`)
  const [rawMargin, bias, rounding] = [doubleOfBits(said.raw_margin), doubleOfBits(said.bias), doubleOfBits(said.rounding)]
  if (!isFinite(rawMargin)) return fault('raw_margin', FINITE)
  if (!isFinite(bias)) return fault('bias', FINITE)
  if (!isFinite(rounding)) return fault('rounding', FINITE)
  return { ok: true, claim: { modelHash, featureSchema, features, vector, rawMargin, bias, contributions, rounding } }
}

/** The member of the payload; its names are in canonical order. */
export const scoreClaimJson = ({ modelHash, featureSchema, features, vector, rawMargin, bias, contributions, rounding }: ScoreClaim): { readonly [field in Field]: Json } => ({
  bias: bitsOf(bias), contributions: Array.from(contributions, bitsOf), feature_schema: featureSchema, features, model_hash: modelHash,
  raw_margin: bitsOf(rawMargin), rounding: bitsOf(rounding), vector: Array.from(vector, bitsOf),
})

const FINITE = 'must be a finite double as 16 lowercase hex digits'
const isFinite = (value: number | undefined): value is number => Number.isFinite(value)
const isHash = (value: unknown): value is string => typeof value === 'string' && HASH.test(value)

const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.length >= 1 && value.length <= MAX_FEATURES &&
  value.every((name) => typeof name === 'string' && name.length >= 1 && name.length <= MAX_NAME_CHARACTERS) && new Set(value).size === value.length

function doublesOf(value: unknown, length: number): Float64Array | undefined {
  if (!Array.isArray(value) || value.length !== length) return undefined
  const doubles = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const double = doubleOfBits(value[i])
    if (double === undefined) return undefined
    doubles[i] = double
  }
  return doubles
}
