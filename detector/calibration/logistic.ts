/** Weighted logistic regression by Newton's method, for a handful of features: what Platt and beta calibration are made of. */
const MOST_STEPS = 100
const SMALL_STEP = 1e-10
/** Keeps the Hessian invertible where the classes are apart. */
const RIDGE = 1e-6

export type LogisticData = {
  /** One row an example; the first column is usually 1. */
  readonly features: readonly Float64Array[]
  /** 0..1. */
  readonly targets: Float64Array
  readonly weights: Float64Array
}

/** One coefficient a column. */
export function fitLogistic({ features, targets, weights }: LogisticData): Float64Array {
  const width = features[0]?.length ?? 0
  const coefficients = new Float64Array(width)
  for (let step = 0; step < MOST_STEPS; step++) {
    const gradient = Float64Array.from(coefficients, (value) => RIDGE * value)
    const hessian = Array.from({ length: width }, (_, i) => Float64Array.from({ length: width }, (_column, j) => (i === j ? RIDGE : 0)))
    features.forEach((row, n) => {
      const p = sigmoid(dot(coefficients, row))
      const error = (weights[n] as number) * (p - (targets[n] as number))
      const curvature = (weights[n] as number) * p * (1 - p)
      for (let i = 0; i < width; i++) {
        gradient[i] = (gradient[i] as number) + error * (row[i] as number)
        const line = hessian[i] as Float64Array
        for (let j = 0; j < width; j++) line[j] = (line[j] as number) + curvature * (row[i] as number) * (row[j] as number)
      }
    })
    const move = solve(hessian, gradient)
    // Far from the optimum the quadratic is a poor picture: no coefficient jumps by more than ten.
    const longest = Math.max(...move.map(Math.abs))
    const damping = longest > 10 ? 10 / longest : 1
    for (let i = 0; i < width; i++) coefficients[i] = (coefficients[i] as number) - damping * (move[i] as number)
    if (longest < SMALL_STEP) break
  }
  return coefficients
}

export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

export const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)

/** Gaussian elimination with pivoting; the matrix is symmetric and positive definite. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const n = right.length
  const rows = matrix.map((row, i) => Float64Array.of(...row, right[i] as number))
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let i = column + 1; i < n; i++) if (Math.abs((rows[i] as Float64Array)[column] as number) > Math.abs((rows[pivot] as Float64Array)[column] as number)) pivot = i
    const swapped = rows[column] as Float64Array<ArrayBuffer>
    rows[column] = rows[pivot] as Float64Array<ArrayBuffer>
    rows[pivot] = swapped
    const top = rows[column] as Float64Array
    for (let i = 0; i < n; i++) {
      if (i === column) continue
      const row = rows[i] as Float64Array
      const factor = (row[column] as number) / (top[column] as number)
      for (let j = column; j <= n; j++) row[j] = (row[j] as number) - factor * (top[j] as number)
    }
  }
  return Float64Array.from(rows, (row, i) => (row[n] as number) / (row[i] as number))
}
