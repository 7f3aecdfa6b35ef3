/**
 * The program of one lane: a vitest that stays warm and runs the unit tests of one mutant after another, each file in a
 * process of its own. The sources are changed while they are loaded, never on disk. Started by `unit-tests.ts`.
 */
import { join, relative } from 'node:path'
import { createVitest, type Reporter } from 'vitest/node'
import { packageRoot } from '../../platform/package-root.js'
import { applyEdits, type Edit } from './mutant.js'

export type Question = { readonly edits: readonly Edit[]; readonly files: readonly string[]; readonly only?: string }

/** What the tests said, and what went wrong outside of them: a file that could not be loaded, a hook that threw. */
export type Answer = { readonly passed: number; readonly failed: readonly string[]; readonly unstarted: readonly string[] }

const root = packageRoot()
let edits: readonly Edit[] = []
let passed = 0
let failed: string[] = []
let unstarted: string[] = []

/** Counts what is told during one run: vitest's own result holds the files of earlier runs as well. */
const counter: Reporter = {
  onTestCaseResult(test) {
    const { state } = test.result()
    if (state === 'passed') passed += 1
    if (state === 'failed') failed.push(test.fullName)
  },
  onTestModuleEnd(module) {
    for (const { message } of module.errors()) unstarted.push(`${module.relativeModuleId}: ${message}`)
  },
}

const vitest = await createVitest('test',
  {
    config: false, root, watch: false, include: ['**/*.test.ts'], reporters: [counter],
    setupFiles: ['platform/polyfill.ts'], testTimeout: 60_000, hookTimeout: 60_000, pool: 'forks', maxWorkers: 1, bail: 1,
  },
  {
    plugins: [{
      name: 'mutant',
      enforce: 'pre',
      transform(source, id) {
        const file = relative(root, id)
        return edits.some((edit) => edit.file === file) ? applyEdits(file, source, edits) : undefined
      },
    }],
  })

async function answer(question: Question): Promise<Answer> {
  // What the mutant before changed is loaded as it was, what this one changes anew.
  const changed = new Set([...edits, ...question.edits].map(({ file }) => file));
  ({ edits } = question)
  for (const file of changed) vitest.invalidateFile(join(root, file))
  passed = 0
  failed = []
  unstarted = []
  if (question.only === undefined) vitest.resetGlobalTestNamePattern()
  else vitest.setGlobalTestNamePattern(question.only)
  const project = vitest.getRootProject()
  await vitest.runTestSpecifications(question.files.map((file) => project.createSpecification(join(root, file))))
  return { passed, failed, unstarted }
}

process.on('message', (question: Question) => void answer(question).then((said) => process.send?.(said)))
process.on('disconnect', () => process.exit())
