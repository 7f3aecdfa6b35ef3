/** Runs unit tests over sources changed while they are loaded: the environment says how. Used by `unit-tests.ts`. */
import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { packageRoot } from '../../platform/package-root.js'
import { applyEdits, type Edit } from './mutant.js'

const edits = JSON.parse(process.env['CYBERMESH_MUTANT_EDITS'] ?? '[]') as readonly Edit[]

export default defineConfig({
  root: packageRoot(),
  plugins: [{
    name: 'mutant',
    enforce: 'pre',
    transform(source, id) {
      const file = relative(packageRoot(), id)
      return edits.some((edit) => edit.file === file) ? applyEdits(file, source, edits) : undefined
    },
  }],
  test: { include: ['**/*.test.ts'], setupFiles: ['platform/polyfill.ts'], testTimeout: 60_000, pool: 'forks', maxWorkers: 1, bail: 1 },
})
