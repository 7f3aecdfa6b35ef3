/**
 * One row after another through the trees of a shipped model: by our own evaluation, by onnxruntime and by LightGBM's C++
 * predictor, on the same rows in the same run, and many rows at once by the latter two; rows of traffic, and rows made to be hard. The processor's time counts, not
 * the clock's. Margins must be equal, to the bit where they are doubles, or there is no result.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { rawMargin } from '../../domain/models/raw-margin.js'
import { BulkScorerError, openBulkScorer } from '../../detector/engines/trees/onnx.js'
import type { LoadedModel } from '../../detector/models/model-folder.js'
import { openShipped } from '../../detector/models/shipped.js'
import { packageFile } from '../../platform/package-root.js'
import { timed } from '../stopwatch.js'
import { rowsDrawn, rowsOfTraffic } from './rows.js'

/** Microseconds of processor a row, one row a call and many in one. */
export type ScoringCost = { readonly singleMicros: number; readonly bulkMicros: number }

/** What a row of one kind costs. */
export type RowsCost = {
  readonly rows: number
  readonly ownMicros: number
  /** Undefined: not installed. */
  readonly onnxruntime: ScoringCost | undefined
  /** `callMicros`: of `singleMicros`, what a call without work costs on the way from Python. */
  readonly lightgbm: (ScoringCost & { readonly version: string; readonly callMicros: number }) | undefined
}

export type ScoringResult = {
  readonly model: string
  readonly trees: number
  /** Names of the files that rows of traffic are from. */
  readonly recordings: readonly string[]
  readonly traffic: RowsCost
  readonly drawn: RowsCost
}

export type ScoringOptions = {
  /** At most so many of traffic, and as many drawn at random. */
  readonly rows: number
  readonly recordings: readonly string[]
  /** Has LightGBM, where there is one: the version that detector/training/requirements.txt names. */
  readonly python: string
}

const MODEL = 'ddos-flow'
/** Fewer rows are passed over more often, so that as many are scored. */
const SCORED = 100_000

export async function benchScoring({ rows, recordings, python }: ScoringOptions): Promise<ScoringResult> {
  const loaded = openShipped(MODEL)
  return {
    model: MODEL, trees: loaded.model.roots.length, recordings: recordings.map((path) => basename(path)),
    traffic: await costOf(loaded, await rowsOfTraffic(recordings, rows), python),
    drawn: await costOf(loaded, rowsDrawn(loaded.model, rows), python),
  }
}

async function costOf({ model, folder, onnx, card }: LoadedModel, vectors: readonly Float64Array[], python: string): Promise<RowsCost> {
  const rows = vectors.length
  const passes = Math.ceil(SCORED / rows)
  const margins = Float64Array.from(vectors, (vector) => rawMargin(model, vector))
  let sum = 0
  const own = await timed(rows * passes, () => {
    for (let pass = 0; pass < passes; pass++) for (const vector of vectors) sum += rawMargin(model, vector)
  })
  if (!Number.isFinite(sum)) throw new Error('a margin is not finite')
  return {
    rows, ownMicros: own.cpuMicros,
    onnxruntime: onnx === undefined ? undefined : await byOnnx(onnx, vectors, margins, passes),
    lightgbm: byLightGbm(python, join(folder, card.model.file), vectors, margins, passes),
  }
}

const inOne = (vectors: readonly Float64Array[]): Float64Array => Float64Array.from(vectors.flatMap((vector) => [...vector]))

async function byOnnx(path: string, vectors: readonly Float64Array[], margins: Float64Array, passes: number): Promise<ScoringCost | undefined> {
  const rows = vectors.length
  const values = inOne(vectors)
  try {
    const scorer = await openBulkScorer(path, values.length / rows)
    const many = await scorer.margins(values)
    if (many.some((margin, row) => Math.abs(margin - (margins[row] as number)) > Math.abs(margins[row] as number) * 2 ** -22 + 1e-12)) throw new Error('onnxruntime gives other margins')
    const single = await timed(rows, async () => { for (const vector of vectors) await scorer.margins(vector) })
    const bulk = await timed(rows * passes, async () => { for (let pass = 0; pass < passes; pass++) await scorer.margins(values) })
    await scorer.close()
    return { singleMicros: single.cpuMicros, bulkMicros: bulk.cpuMicros }
  } catch (error) {
    if (error instanceof BulkScorerError && error.code === 'NO_RUNTIME') return undefined
    throw error
  }
}

const said = z.object({ version: z.string(), singleMicros: z.number(), callMicros: z.number(), bulkMicros: z.number(), margins: z.string() })

function byLightGbm(python: string, model: string, vectors: readonly Float64Array[], margins: Float64Array, passes: number): RowsCost['lightgbm'] {
  if (spawnSync(python, ['-c', 'import lightgbm']).status !== 0) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-rows-'))
  try {
    const path = join(folder, 'rows')
    const values = inOne(vectors)
    writeFileSync(path, new Uint8Array(values.buffer))
    const { status, stdout, stderr } = spawnSync(python, [packageFile('bench', 'detect', 'predict_rows.py'), model, path, String(values.length / vectors.length), String(passes)], {
      encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    })
    if (status !== 0) throw new Error(`LightGBM did not score: ${stderr.slice(-500)}`)
    const { margins: theirs, ...cost } = said.parse(JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1)))
    if (theirs !== Buffer.from(margins.buffer).toString('hex')) throw new Error('LightGBM gives other margins')
    return cost
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
