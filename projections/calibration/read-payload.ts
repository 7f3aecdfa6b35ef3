/**
 * What a detector says about its own decision, read from the payload of its message. The payload is a stranger's: only
 * finite numbers and short texts are taken, names and sizes are bounded, and whatever is not understood is left out.
 */
import { isIP } from 'node:net'
import { decodeAnomaly } from '../../domain/message/anomaly.js'

export type PayloadFacts = {
  /** Name -> value. */
  readonly features: Readonly<Record<string, number>>
  /** How many the payload has, also where they are too many to be kept. */
  readonly featureCount: number
  /** Engine -> what it gave and what it needed to fire. */
  readonly engineScores: Readonly<Record<string, EngineScore>>
  /** Score of the ensemble before calibration. */
  readonly rawScore: number | null
  readonly logLikelihoodRatio: number | null
  readonly calibratedScore: number | null
  /** SHA-256 of the model, hex. */
  readonly modelHash: string | null
  /** Why the detector sent it; `publish` unless the payload names another reason, such as a random sample. */
  readonly decision: string
  /** Address of what the detector accuses, where it is one. */
  readonly sourceAddress: string | null
}

export type EngineScore = { readonly score: number; readonly threshold: number | null; readonly fired: boolean }

export const MOST_FEATURES = 1024
const MOST_ENGINES = 64
const LONGEST_NAME = 128

/** @param message the wire bytes as the log has them, base64 */
export const readPayload = (message: string): PayloadFacts => factsIn(payloadOf(message))

/** What the payload says, and what only an export has besides: who the traffic was sent to. */
export function readPayloadWithTarget(message: string): PayloadFacts & { readonly targetAddress: string | null } {
  const payload = payloadOf(message)
  return { ...factsIn(payload), targetAddress: addressIn(payload.dst_ip) }
}

const addressIn = (value: unknown): string | null => (typeof value === 'string' && isIP(value) !== 0 ? value.toLowerCase() : null)

function factsIn(payload: JsonObject): PayloadFacts {
  const features = numbersOf(payload.features)
  return {
    features: features.length > MOST_FEATURES ? {} : Object.fromEntries(features),
    featureCount: features.length,
    engineScores: Object.fromEntries(enginesOf(payload.scores).slice(0, MOST_ENGINES)),
    rawScore: numberIn(payload.final_score),
    logLikelihoodRatio: numberIn(payload.llr),
    calibratedScore: numberIn(payload.calibrated_score),
    modelHash: typeof payload.model_hash === 'string' && /^[0-9a-f]{64}$/.test(payload.model_hash) ? payload.model_hash : null,
    decision: (typeof payload.decision === 'string' ? nameOf(payload.decision) : undefined) ?? 'publish',
    sourceAddress: addressIn(payload.src_ip),
  }
}

type JsonObject = { readonly [key: string]: unknown }

function payloadOf(message: string): JsonObject {
  const decoded = decodeAnomaly(Buffer.from(message, 'base64'))
  if (!decoded.ok) return {}
  try {
    return objectOf(JSON.parse(Buffer.from(decoded.message.payload).toString('utf8')))
  } catch {
    return {}
  }
}

const objectOf = (value: unknown): JsonObject => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as JsonObject : {})

/** JSON may say 1e400, which is no number that SQL could take. */
const numberIn = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

function numbersOf(value: unknown): (readonly [string, number])[] {
  return Object.entries(objectOf(value)).flatMap(([key, one]) => {
    const name = nameOf(key)
    const number = numberIn(one)
    return name === undefined || number === null ? [] : [[name, number] as const]
  })
}

function enginesOf(value: unknown): (readonly [string, EngineScore])[] {
  return Object.entries(objectOf(value)).flatMap(([key, one]) => {
    const { score, threshold, fired } = objectOf(one)
    const name = nameOf(key)
    const number = numberIn(score)
    return name === undefined || number === null ? [] : [[name, { score: number, threshold: numberIn(threshold), fired: fired === true }] as const]
  })
}

/** PostgreSQL takes neither a zero character nor half a surrogate pair in JSON; such a name is nobody's feature. */
function nameOf(text: string): string | undefined {
  return text === '' || text.length > LONGEST_NAME || UNFIT.test(text) ? undefined : text
}

const UNFIT = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/
