/** Hashes of what judged: two payloads with the same ones were judged by the same limits, features and calibration. */
import { canonicalJsonBytes } from '../../domain/canonical-json.js'
import { utf8ToBytes } from '../../domain/bytes.js'
import { sha256Hex } from '../../domain/hash.js'
import { encodeCurve, type Curve } from '../calibration/curve.js'
import { DISTRIBUTED_SOURCES, LIMITS } from '../engines/rules/limits.js'

/** Every number that the rules compare with. */
export const RULESET_HASH: string = sha256Hex(canonicalJsonBytes({ ...LIMITS, distributedSources: DISTRIBUTED_SOURCES }))

/** The names in `features`, sorted and joined by line feeds. */
export const featureNamesHash = (features: Readonly<Record<string, number>>): string => sha256Hex(utf8ToBytes(Object.keys(features).sort().join('\n')))

/** Of the table that a policy carries. */
export const calibratorHash = (curve: Curve): string => sha256Hex(utf8ToBytes(encodeCurve(curve)))
