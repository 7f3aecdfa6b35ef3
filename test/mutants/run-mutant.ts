/** Runs tests over a changed copy of the sources, in a temporary folder: the checkout is never touched. */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../../platform/package-root.js'
import type { Edit, Mutant } from './mutants.js'

const ROOMS = ['domain', 'platform', 'proto', 'consensus']
const CONFIG = `export default { cacheDir: '.cache', test: { include: ['**/*.test.ts'], setupFiles: ['platform/polyfill.ts'], testTimeout: 60_000, pool: 'forks', maxWorkers: 1, cache: false } }\n`

export type Copy = { readonly folder: string; remove(): void }

export function copySources(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-mutants-'))
  const root = packageRoot()
  for (const room of ROOMS) cpSync(join(root, room), join(folder, room), { recursive: true })
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'vitest.config.ts'), CONFIG)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export type TestOutcome = { readonly passed: number; readonly failed: readonly string[] }

/** Applies the mutant, runs its tests, takes it back. Throws where an edit no longer fits the source. */
export async function runMutant(copy: Copy, mutant: Mutant): Promise<TestOutcome> {
  const originals = mutant.edits.map((edit) => apply(copy, edit))
  try {
    return await runTests(copy, mutant.tests, mutant.only)
  } finally {
    mutant.edits.forEach(({ file }, i) => writeFileSync(join(copy.folder, file), originals[i] as string))
  }
}

function apply({ folder }: Copy, { file, from, to }: Edit): string {
  const path = join(folder, file)
  const source = readFileSync(path, 'utf8')
  const found = source.split(from).length - 1
  if (found !== 1) throw new Error(`${file} holds «${from}» ${found} times, not once: the mutant must follow the source`)
  writeFileSync(path, source.replace(from, () => to))
  return source
}

type VitestReport = { readonly numPassedTests: number; readonly testResults: readonly { readonly name: string; readonly message: string; readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[] }

/** Throws where the tests did not even start: code that does not load proves nothing about a rule. */
export async function runTests({ folder }: Copy, files: readonly string[], only?: string): Promise<TestOutcome> {
  const reportPath = join(folder, 'report.json')
  rmSync(reportPath, { force: true })
  const output = await spawnVitest(folder, [...files, '--reporter=json', `--outputFile=${reportPath}`, ...(only === undefined ? [] : ['-t', only])])
  const report = readReport(reportPath, output)
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  // After the first failure the other files are skipped, without a message.
  const unstarted = report.testResults.find(({ assertionResults, message }) => assertionResults.length === 0 && message !== '')
  if (unstarted !== undefined || results.length === 0) throw new Error(`${unstarted?.name ?? files.join(', ')} did not start: ${unstarted?.message ?? output}`)
  return { passed: report.numPassedTests, failed: results.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName.trim()) }
}

function readReport(path: string, output: string): VitestReport {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as VitestReport
  } catch (error) {
    throw new Error(`the tests wrote no report:\n${output}`, { cause: error })
  }
}

function spawnVitest(folder: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--root', folder, '--bail=1', ...args], { cwd: folder, timeout: 120_000 })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}
