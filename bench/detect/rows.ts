/**
 * Vectors for models to score. Rows of traffic are what a detector judges: flows of recordings, in the order in which they
 * ended. Rows drawn at random are on and beside the model's own thresholds, so that no processor guesses what comes next;
 * no network has such flows.
 */
import { flowVectorOf } from '../../detector/engines/models/flow-vector.js'
import { flowsOf } from '../../detector/training/extract.js'
import { LEAF, type TreeModel } from '../../domain/models/tree-model.js'

/** @param recordings any files that the detector reads @returns the first of their flows, at most `most` */
export async function rowsOfTraffic(recordings: readonly string[], most: number): Promise<readonly Float64Array[]> {
  const rows: { readonly endMs: number; readonly vector: Float64Array }[] = []
  for (const recording of recordings) {
    for await (const flow of flowsOf(recording)) {
      const vector = flowVectorOf(flow)
      if (vector !== undefined) rows.push({ endMs: flow.endMs, vector })
    }
  }
  if (rows.length === 0) throw new Error(`${recordings.join(', ')}: no flow there says what the models need; name other recordings`)
  return rows.sort((a, b) => a.endMs - b.endMs).slice(0, most).map(({ vector }) => vector)
}

/** The same at every run. */
export function rowsDrawn(model: TreeModel, count: number): readonly Float64Array[] {
  const thresholds = model.features.map((): number[] => [])
  model.feature.forEach((feature, node) => { if (feature !== LEAF) thresholds[feature]?.push(model.value[node] as number) })
  let state = 1
  const draw = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  return Array.from({ length: count }, () => Float64Array.from(thresholds, (known) => (known[Math.floor(draw() * known.length)] ?? 0) * (0.9 + 0.2 * draw())))
}
