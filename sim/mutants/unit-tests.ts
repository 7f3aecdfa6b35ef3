/** Runs unit tests over the sources of a mutant. The sources are changed while vitest loads them, never on disk. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../../platform/package-root.js'
import type { Edit } from './mutant.js'

export type TestOutcome = { readonly passed: number; readonly failed: readonly string[] }

type Report = {
  readonly numPassedTests: number
  readonly testResults: readonly { readonly name: string; readonly message: string; readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[]
}

const LONGEST_MS = 120_000

/** Throws where the tests did not even start: code that does not load proves nothing about a rule. */
export async function runUnitTests(edits: readonly Edit[], files: readonly string[], only?: string): Promise<TestOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-mutant-'))
  try {
    const path = join(folder, 'report.json')
    const output = await spawnVitest(edits, [...files, '--reporter=json', `--outputFile=${path}`, ...(only === undefined ? [] : ['-t', only])])
    const report = readReport(path, output)
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    // After the first failure the other files are skipped, without a message.
    const unstarted = report.testResults.find(({ assertionResults, message }) => assertionResults.length === 0 && message !== '')
    if (unstarted !== undefined || results.length === 0) throw new Error(`${unstarted?.name ?? files.join(', ')} did not start: ${unstarted?.message ?? output}`)
    return { passed: report.numPassedTests, failed: results.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName.trim()) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(path: string, output: string): Report {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report
  } catch (error) {
    throw new Error(`the tests wrote no report:\n${output}`, { cause: error })
  }
}

function spawnVitest(edits: readonly Edit[], args: readonly string[]): Promise<string> {
  const root = packageRoot()
  const { VITEST: _outer, ...environment } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', join(root, 'sim', 'mutants', 'vitest.config.ts'), ...args],
      { cwd: root, timeout: LONGEST_MS, env: { ...environment, CYBERMESH_MUTANT_EDITS: JSON.stringify(edits) } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}
