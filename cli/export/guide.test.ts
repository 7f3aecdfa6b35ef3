import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesOf } from '../../eventlog/entries.js'
import { openEmbeddedLog } from '../../eventlog/index.js'
import { packageFile } from '../../platform/package-root.js'
import { exportDataset } from '../../projections/dataset/index.js'
import { datasetEvents } from '../../projections/dataset/testing/dataset-log.js'
import { appendSample } from '../../projections/testing/sample-log.js'

const guide = readFileSync(packageFile('docs/guides/calibration.md'), 'utf8')
const script = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``).exec(guide)?.[1] as string

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import pandas, pyarrow, sklearn'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** On a data set whose label follows from its score and its features. */
describe('the training scripts of the guide', () => {
  const base = mkdtempSync(join(tmpdir(), 'cybermesh-guide-'))
  const folder = join(base, 'calibration')
  beforeAll(async () => {
    const log = await openEmbeddedLog(join(base, 'log'))
    await appendSample(log, datasetEvents(300))
    mkdirSync(folder)
    await exportDataset({
      entries: entriesOf(log), until: await log.length(), chainId: 'ab'.repeat(32), folder, format: 'parquet', split: { percent: [70, 15, 15], embargoMs: 60_000 },
      labelled: true, addresses: { kind: 'drop' }, anonymiseKeyId: null, proofs: false, plot: false,
    })
    await log.close()
  })
  afterAll(() => rmSync(base, { recursive: true }))

  const brierOf = (printed: string): number => Number(/^\d+ rows, Brier score (\d\.\d{4})$/m.exec(printed)?.[1])

  test('have ten lines', () => {
    for (const language of ['python', 'js']) expect(script(language).trimEnd().split('\n').length).toBeLessThanOrEqual(10)
  })

  test('in JavaScript reads it and learns from it', () => {
    symlinkSync(packageFile('node_modules'), join(base, 'node_modules'))
    writeFileSync(join(base, 'train.mjs'), script('js'))
    const brier = brierOf(execFileSync(process.execPath, [join(base, 'train.mjs'), folder], { encoding: 'utf8' }))
    expect(brier).toBeLessThan(0.25)
  })

  test.skipIf(!hasPython())('in Python reads it and learns from it', () => {
    writeFileSync(join(base, 'train.py'), script('python'))
    expect(brierOf(execFileSync('python3', [join(base, 'train.py'), folder], { encoding: 'utf8' }))).toBeLessThan(0.1)
  })
})
