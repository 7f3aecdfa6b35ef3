/**
 * Conformal p-values: of the flows that a model was not trained on, how many look as strange as this one? Split conformal
 * prediction, for each class by itself ("Mondrian"), ties broken by a number that the vector itself gives: Vovk, Gammerman,
 * Shafer, Algorithmic Learning in a Random World (2005), §2.2.5, §2.4 and §4.5. Among flows of a class from the network that
 * the table is from, a share of at most p has a p-value of p or less; elsewhere nothing is promised.
 */
import { z } from 'zod'
import { concatBytes, hexToBytes } from '../../domain/bytes.js'
import { sha256 } from '../../domain/hash.js'
import type { TreeModel } from '../../domain/models/tree-model.js'
import { ModelFolderError } from './errors.js'

/** Margins of flows of each class, from low to high. */
export type ConformalTable = { readonly benign: readonly number[]; readonly attack: readonly number[] }
/** How usual a margin is among benign flows, and among attacks; both near 0: the model has not seen its like. */
export type PValues = { readonly benign: number; readonly attack: number }

const MOST = 10_000
const margins = z.array(z.number()).min(1).max(MOST).refine((list) => list.every((margin, at) => at === 0 || margin >= (list[at - 1] as number)), 'must rise')
const schema = z.strictObject({ format: z.literal('cybermesh-conformal/1'), classes: z.strictObject({ benign: margins, attack: margins }) })

/** Throws ModelFolderError naming the member at fault. */
export function readConformal(folder: string, file: string, bytes: Uint8Array): ConformalTable {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ModelFolderError('BAD_CARD', folder, file, 'is not JSON; write it anew', { cause })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data.classes
  const issue = parsed.error.issues[0]
  throw new ModelFolderError('BAD_CARD', folder, `${file} ${issue?.path.join('.') ?? ''}`, `${issue?.message ?? 'is malformed'}; write it anew`)
}

/** @param tie 0..1, evenly drawn: where among equal margins this one stands */
export function pValuesOf({ benign, attack }: ConformalTable, { link }: Pick<TreeModel, 'link'>, margin: number, tie: number): PValues {
  // High margins of boosted trees and low ones of forests are strange among benign flows; among attacks it is the other way round.
  const isHighSuspicious = link.kind === 'sigmoid'
  return { benign: pValue(benign, margin, isHighSuspicious, tie), attack: pValue(attack, margin, !isHighSuspicious, tie) }
}

function pValue(sorted: readonly number[], margin: number, isHighStrange: boolean, tie: number): number {
  const [below, upTo] = [countBelow(sorted, margin, false), countBelow(sorted, margin, true)]
  const stranger = isHighStrange ? sorted.length - upTo : below
  return (stranger + tie * (upTo - below + 1)) / (sorted.length + 1)
}

/** How many of a rising list lie below a value, or at it too. */
function countBelow(sorted: readonly number[], value: number, isInclusive: boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = sorted[middle] as number
    if (at < value || (isInclusive && at === value)) low = middle + 1
    else high = middle
  }
  return low
}

/** The same for the same vector and model on every machine, and as good as drawn: 48 bits of their hash. */
export function tieOf(modelHash: string, vector: Float64Array): number {
  const bytes = new Uint8Array(vector.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of vector.entries()) view.setFloat64(i * 8, value)
  const hash = sha256(concatBytes(hexToBytes(modelHash), bytes))
  return hash.subarray(0, 6).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48
}
