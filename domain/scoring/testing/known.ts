/** The frozen model and claims, and lies about them. */
import { readFileSync } from 'node:fs'
import type { Json } from '../../canonical-json.js'
import { readModel, type ReadModel } from '../read-model.js'
import { readScoreClaim, type ScoreClaim } from '../score-claim.js'

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, import.meta.url)))

export const modelBytes: Uint8Array = file('model.txt')
export const model: ReadModel = readModel(modelBytes)

export const hashes = JSON.parse(new TextDecoder().decode(file('hashes.json'))) as { readonly modelHash: string; readonly goldenResult: string }

/** As JSON carries them. */
export const claimsJson = JSON.parse(new TextDecoder().decode(file('claims.json'))) as readonly { readonly [field: string]: Json }[]

export const claims: readonly ScoreClaim[] = claimsJson.map((json) => {
  const read = readScoreClaim(json)
  if (!read.ok) throw new Error(`${read.field} ${read.reason}`)
  return read.claim
})

const lowest = new DataView(new ArrayBuffer(8))
/** With the lowest bit turned. */
export function oneBitOff(value: number): number {
  lowest.setFloat64(0, value)
  lowest.setUint8(7, lowest.getUint8(7) ^ 1)
  return lowest.getFloat64(0)
}

export const withOneOff = (values: Float64Array, at: number): Float64Array => values.map((value, i) => (i === at ? oneBitOff(value) : value))

/** The same claim with the lowest bit of a feature turned. */
export const withFeatureOff = (claim: ScoreClaim, feature: number): ScoreClaim => ({ ...claim, vector: withOneOff(claim.vector, feature) })
