/** Golden vectors as the training wrote them: little-endian doubles, a row after another, the trainer's margin last. */
import { readFileSync } from 'node:fs'

export type GoldenRow = { readonly vector: Float64Array; readonly margin: number }

export function readGolden(path: string | URL, features: number): readonly GoldenRow[] {
  const file = readFileSync(path)
  const width = (features + 1) * 8
  if (file.length === 0 || file.length % width !== 0) throw new Error(`${String(path)}: ${file.length} bytes are no rows of ${width}`)
  const doubles = Float64Array.from({ length: file.length / 8 }, (_, at) => file.readDoubleLE(at * 8))
  return Array.from({ length: file.length / width }, (_, row) => {
    const start = row * (features + 1)
    return { vector: doubles.slice(start, start + features), margin: doubles[start + features] as number }
  })
}
