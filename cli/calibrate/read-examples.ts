/** Judged detections of a data folder, page by page, and golden ones from a file. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { examplesOf, type Example } from '../../detector/calibration/example.js'
import type { GoldenExample } from '../../detector/calibration/calibrate.js'
import { listCalibrationRows, type CalibrationView } from '../../projections/index.js'
import type { SqlRunner } from '../../projections/sql/statement.js'
import { UserError } from '../shared/user-error.js'

const PAGE = 1000

/** @param see takes every row in the order of its publication, those without a verdict too */
export async function readExamples(sql: SqlRunner, onRows: (rows: number) => void, see: (row: CalibrationView) => void = () => undefined): Promise<readonly Example[]> {
  const examples: Example[] = []
  let after: number | undefined
  let rows = 0
  for (;;) {
    const page: readonly CalibrationView[] = await listCalibrationRows(sql, { limit: PAGE, ...(after === undefined ? {} : { after }) })
    examples.push(...examplesOf(page))
    page.forEach(see)
    rows += page.length
    onRows(rows)
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return examples.sort((a, b) => a.at - b.at)
    after = last.position
  }
}

const goldenSchema = z.array(z.strictObject({ score: z.number().min(0).max(1), isAttack: z.boolean() })).min(1).max(100_000)

/** A JSON list of `{"score", "isAttack"}`. Throws UserError naming the field. */
export function readGolden(path: string): readonly GoldenExample[] {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UserError('BAD_GOLDEN', `${path} cannot be read as JSON: ${(error as Error).message}`)
  }
  const parsed = goldenSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new UserError('BAD_GOLDEN', `${path}, ${issue?.path.join('.') || 'list'}: ${issue?.message ?? 'not a list of golden detections'}; each is {"score": 0..1, "isAttack": true or false}`)
}
