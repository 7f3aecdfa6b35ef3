/**
 * The same trees through onnxruntime-node, for scoring in bulk: faster from a few dozen rows on. Its one output is the
 * margin rounded to float32, so it sorts and counts; what is compared between parties is `rawMargin`. Optional: the
 * package is 290 MB and is not needed to run a detector.
 */
import type { InferenceSession, OnnxValue, Tensor } from 'onnxruntime-node'

export type BulkScorer = {
  /** @param vectors rows one after another; @returns a margin a row, each a float32 */
  margins(vectors: Float64Array): Promise<Float32Array>
  close(): Promise<void>
}

export class BulkScorerError extends Error {
  constructor(readonly code: 'NO_RUNTIME' | 'BAD_MODEL' | 'BAD_INPUT', readonly path: string, sentence: string, options?: ErrorOptions) {
    super(`${path}: ${sentence}`, options)
    this.name = 'BulkScorerError'
  }
}

/** Rows that one call may bring; a caller with more scores them in turns. */
export const MAX_ROWS = 65_536
const THREADS = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' } as const

/** @param features length of a vector */
export async function openBulkScorer(path: string, features: number): Promise<BulkScorer> {
  const onnx = await runtime(path)
  const session = await onnx.InferenceSession.create(path, THREADS).catch((cause: unknown) => {
    throw new BulkScorerError('BAD_MODEL', path, 'is no ONNX model that onnxruntime-node opens; get the model folder again', { cause })
  })
  const [input, output] = [only(session.inputNames), only(session.outputNames)]
  if (input === undefined || output === undefined) throw new BulkScorerError('BAD_MODEL', path, 'has more than one input or output; export it with one of each')
  return {
    async margins(vectors) {
      const rows = vectors.length / features
      if (!Number.isInteger(rows) || rows === 0 || rows > MAX_ROWS) throw new BulkScorerError('BAD_INPUT', path, `${vectors.length} values are not 1 to ${MAX_ROWS} rows of ${features}`)
      const result = await session.run({ [input]: new onnx.Tensor('float64', vectors, [rows, features]) })
      return floatsOf(path, result[output], rows)
    },
    close: () => session.release(),
  }
}

async function runtime(path: string): Promise<{ readonly InferenceSession: typeof InferenceSession; readonly Tensor: typeof Tensor }> {
  try {
    return await import('onnxruntime-node')
  } catch (cause) {
    throw new BulkScorerError('NO_RUNTIME', path, 'scoring in bulk needs onnxruntime-node; run `npm install onnxruntime-node`', { cause })
  }
}

function floatsOf(path: string, value: OnnxValue | undefined, rows: number): Float32Array {
  const data = value !== undefined && 'data' in value ? value.data : undefined
  if (!(data instanceof Float32Array) || data.length !== rows) throw new BulkScorerError('BAD_MODEL', path, 'does not put out one float32 a row; export it with one output')
  return data
}

const only = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined)
